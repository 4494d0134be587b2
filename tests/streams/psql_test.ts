import { assert, assertEquals } from "@std/assert";
import { startServer } from "../../streams/open.ts";
import type { StreamReader } from "../../streams/stream_reader.ts";
import type { StreamWriter } from "../../streams/stream_writer.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import { Child } from "../examples/_child.ts";
import { testWith, type Tool } from "../examples/_tools.ts";
import { real } from "../transports/_real.ts";
import { server } from "../transports/_tls.ts";

const PSQL: Tool = {
  command: "psql",
  args: ["--version"],
  prints: /^psql \(PostgreSQL\)/,
};

/** What a client sends to ask for TLS: a length and a number. */
const SSL_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);

async function readMessage(reader: StreamReader): Promise<Uint8Array> {
  const head = await reader.readexactly(4);
  const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
  return await reader.readexactly(length - 4);
}

/** Writes an error as PostgreSQL does: its fields end with a zero each. */
function writeError(writer: StreamWriter, text: string): void {
  const fields = `SFATAL\0C28000\0M${text}\0\0`;
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, fields.length + 4);
  writer.writelines(["E", new Uint8Array(length.buffer), fields]);
}

await testWith(
  PSQL,
  "our server upgrades at a byte for psql",
  () =>
    real(async () => {
      const listening = await startServer(
        async (reader, writer) => {
          assertEquals(await reader.readexactly(8), SSL_REQUEST);
          writer.write("S");
          await writer.startTls(server);
          const startup = new TextDecoder().decode(await readMessage(reader));
          const [, user] = /user\0(\w+)/.exec(startup) ?? [];
          writeError(writer, `${user} was here, encrypted`);
          writer.close();
          await writer.waitClosed();
        },
        "127.0.0.1",
        0,
      );
      const { port } = listening.sockets[0] as NetAddress;
      await using child = new Child("psql", [
        `host=localhost hostaddr=127.0.0.1 port=${port} user=alice dbname=x ` +
        "sslmode=verify-full sslrootcert=tests/certificates/authority.pem",
      ]);
      const { code, stderr } = await child.end();
      assertEquals(code, 2);
      assert(stderr.includes("alice was here, encrypted"), stderr);
      listening.close();
      await listening.waitClosed();
    }),
);
