/** Echo server as an asyncio buffered protocol: the transport reads straight into the protocol's buffer. */
import { getRunningLoop, run } from "../../loop/mod.ts";
import { BufferedProtocol, type Transport } from "../../transports/mod.ts";
import { endWithParent } from "./_parent.ts";
import { serve } from "./_serve.ts";

const BUFFER_BYTES = 256 * 1024;

class EchoProtocol extends BufferedProtocol {
  #transport!: Transport;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override getBuffer(_sizeHint: number): Uint8Array {
    return this.#buffer;
  }

  /** Echoes the bytes where they lie: `write` copies what it cannot send at once. */
  override bufferUpdated(count: number): void {
    this.#transport.write(this.#buffer.subarray(0, count));
  }
}

endWithParent();
await run(async () =>
  serve(
    await getRunningLoop().createServer(
      () => new EchoProtocol(),
      "127.0.0.1",
      0,
    ),
  )
);
