import { assertEquals } from "@std/assert";
import { getRunningLoop, run } from "../../loop/mod.ts";
import {
  BufferedProtocol,
  type NetAddress,
  type Transport,
} from "../../transports/mod.ts";

/** Sends back what it reads, from the very memory it was read into. */
class Echo extends BufferedProtocol {
  readonly #buffer = new Uint8Array(64 * 1024);
  #transport!: Transport;

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override getBuffer(): Uint8Array {
    return this.#buffer;
  }

  override bufferUpdated(count: number): void {
    // In two pieces: the second one waits behind the first, and is copied.
    const half = count >> 1;
    this.#transport.write(this.#buffer.subarray(0, half));
    this.#transport.write(this.#buffer.subarray(half, count));
  }
}

Deno.test("BufferedProtocol may write from its own buffer: it is not read over", () =>
  run(async () => {
    await using server = await getRunningLoop().createServer(
      () => new Echo(),
      "127.0.0.1",
      0,
    );
    const { port } = server.sockets[0] as NetAddress;
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const sent = new Uint8Array(8 * 1024 * 1024);
    for (let i = 0; i < sent.length; i++) sent[i] = (i * 31 + (i >> 12)) & 255;
    const received = new Uint8Array(sent.length);
    const send = async (): Promise<void> => {
      for (let i = 0; i < sent.length;) {
        i += await connection.write(sent.subarray(i));
      }
      await connection.closeWrite();
    };
    const receive = async (): Promise<number> => {
      let length = 0;
      for (;;) {
        const count = await connection.read(received.subarray(length));
        if (count === null || count === 0) return length;
        length += count;
      }
    };
    const [, length] = await Promise.all([send(), receive()]);
    connection.close();
    assertEquals(length, sent.length);
    assertEquals(received, sent);
  }));
