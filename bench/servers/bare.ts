/** Echo server on nothing but `conn.read` and `conn.write`: what the platform gives without a library. */
import { endWithParent } from "./_parent.ts";

/** As large a read as CPython's transports make; smaller ones cost the bare loop calls, larger ones change nothing. */
const READ_BYTES = 256 * 1024;

async function echo(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const buffer = new Uint8Array(READ_BYTES);
  try {
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) break;
      let written = 0;
      while (written < count) {
        written += await connection.write(buffer.subarray(written, count));
      }
    }
  } catch {
    // A client that went away in the middle of a message is no news here.
  } finally {
    connection.close();
  }
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
endWithParent();
for await (const connection of listener) void echo(connection);
