import { assertEquals, assertMatch } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";
import { CURL, OPENSSL, testWith } from "./_tools.ts";

const EXAMPLE = "smtp_starttls_server.ts";
const AUTHORITY = "tests/certificates/authority.pem";

/** Says lines in the clear, each when the last one was answered. */
async function speak(port: number, lines: string[]): Promise<string[]> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(1000);
  const answers: string[] = [];
  for (const line of ["", ...lines]) {
    if (line !== "") {
      await connection.write(new TextEncoder().encode(`${line}\r\n`));
    }
    try {
      const count = await connection.read(buffer) ?? 0;
      answers.push(new TextDecoder().decode(buffer.subarray(0, count)));
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      answers.push("");
    }
  }
  return answers;
}

await testWith(
  OPENSSL,
  `examples/${EXAMPLE} takes a message from openssl s_client`,
  async () => {
    await using server = await ExampleServer.startTls(EXAMPLE);
    await using openssl = new Child("openssl", [
      "s_client",
      "-connect",
      `127.0.0.1:${server.port}`,
      "-starttls",
      "smtp",
      "-CAfile",
      AUTHORITY,
      "-verify_hostname",
      "localhost",
      "-verify_return_error",
      "-quiet",
      "-crlf",
    ]);
    const dialogue: [string, RegExp][] = [
      ["EHLO me", /250-mail\.example\r\n250 SIZE \d+\r\n/],
      ["STARTTLS", /503 Encrypted already/],
      ["RCPT TO:<bob@example.com>", /503 Say MAIL first/],
      ["MAIL FROM:<alice@example.com>", /250 From you/],
      ["DATA", /503 For whom\?/],
      ["RCPT TO:<bob@example.com>", /250 To them/],
      ["RCPT TO:<eve@example.com>", /250 To them/],
      ["DATA", /354 /],
      ["Subject: Hello\n\n..hidden\n.", /250 Taken/],
      ["HELP", /500 Unknown command/],
      ["QUIT", /221 Bye/],
    ];
    for (const [line, answer] of dialogue) {
      await openssl.write(`${line}\n`);
      await openssl.waitFor(answer);
    }
    assertEquals((await openssl.end()).code, 0);
    const answers = await speak(server.port, [
      "MAIL FROM:<alice@example.com>",
      "STARTTLS",
      "MAIL FROM:<alice@example.com>",
    ]);
    assertEquals(answers, [
      "220 mail.example ESMTP\r\n",
      "530 Say STARTTLS first\r\n",
      "220 Go ahead\r\n",
      "",
    ]);
    await server.child.waitFor(/Lost a client/);
    await assertOutput(EXAMPLE, (await server.stop()).stdout);
  },
);

await testWith(
  CURL,
  `examples/${EXAMPLE} takes a message from curl`,
  async () => {
    await using server = await ExampleServer.startTls(EXAMPLE);
    await using curl = new Child("curl", [
      "--silent",
      "--show-error",
      "--ssl-reqd",
      "--cacert",
      AUTHORITY,
      "--connect-to",
      `localhost:25:127.0.0.1:${server.port}`,
      "--mail-from",
      "alice@example.com",
      "--mail-rcpt",
      "bob@example.com",
      "--upload-file",
      "-",
      "smtp://localhost",
    ]);
    await curl.write("Subject: Hello\r\n\r\n.hidden\r\n");
    const { code, stderr } = await curl.end();
    assertEquals([code, stderr], [0, ""]);
    await server.child.waitFor(/\n\.hidden\n/);
    const { stdout } = await server.stop();
    assertMatch(stdout, /From alice@example.com to bob@example.com over TLS/);
  },
);
