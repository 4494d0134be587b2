import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";
import { OPENSSL, testWith } from "./_tools.ts";

await testWith(
  OPENSSL,
  "examples/tls_echo.ts echoes lines to openssl s_client",
  async () => {
    await using server = await ExampleServer.startTls("tls_echo.ts");
    await using openssl = new Child("openssl", [
      "s_client",
      "-connect",
      `127.0.0.1:${server.port}`,
      "-CAfile",
      "tests/certificates/authority.pem",
      "-verify_hostname",
      "localhost",
      "-verify_return_error",
      "-quiet",
      "-no_ign_eof",
    ]);
    await openssl.write("one\ntwo\n");
    await openssl.waitFor(/one\ntwo\n/);
    const { code } = await openssl.end();
    assertEquals(code, 0);
    await server.child.waitFor(/Echoed/);
    await speakPlainly(server.port);
    await server.child.waitFor(/Refused/);
    await assertOutput("tls_echo.ts", (await server.stop()).stdout);
  },
);

/** Talks to the server as one that does not know TLS. */
async function speakPlainly(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("hello?\r\n"));
  try {
    await connection.read(new Uint8Array(100));
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}
