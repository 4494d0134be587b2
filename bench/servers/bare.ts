/**
 * Echo server on nothing but `conn.read` and `conn.write`: what the platform gives without a library. It reads into
 * the same memory again and again; started with "fresh" it reads into memory that was never used before, as whoever
 * hands bytes to somebody who may keep them has to.
 */
import { endWithParent } from "./_parent.ts";

/** As large a read as CPython's transports make; smaller ones cost the bare loop calls, larger ones change nothing. */
const READ_BYTES = 256 * 1024;

/** With less than this left, fresh memory is allocated. */
const LEAST_READ_BYTES = 64 * 1024;

const FRESH = Deno.args[0] === "fresh";

async function echo(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  let buffer = new Uint8Array(READ_BYTES);
  try {
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) break;
      let written = 0;
      while (written < count) {
        written += await connection.write(buffer.subarray(written, count));
      }
      if (FRESH) buffer = behind(buffer, count);
    }
  } catch {
    // A client that went away in the middle of a message is no news here.
  } finally {
    connection.close();
  }
}

function behind(
  buffer: Uint8Array<ArrayBuffer>,
  count: number,
): Uint8Array<ArrayBuffer> {
  if (buffer.length - count < LEAST_READ_BYTES) {
    return new Uint8Array(READ_BYTES);
  }
  return buffer.subarray(count);
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
endWithParent();
for await (const connection of listener) void echo(connection);
