import { closeOnce } from "./_close_once.ts";
import type { Address, ByteChannel, ByteListener } from "./byte_channel.ts";
import { DenoConnChannel } from "./deno_conn_channel.ts";

/** The connections that a `Deno.Listener` accepts. */
export class DenoListener implements ByteListener {
  readonly #listener: Deno.Listener;
  readonly #prepare: (conn: Deno.Conn) => void;

  /**
   * Creates it; the listener is its own from now on.
   *
   * @param listener Where connections come from.
   * @param prepare Sets the options of each connection.
   */
  constructor(listener: Deno.Listener, prepare: (conn: Deno.Conn) => void) {
    this.#listener = listener;
    this.#prepare = prepare;
  }

  get address(): Address {
    return this.#listener.addr as Address;
  }

  async accept(): Promise<ByteChannel> {
    const conn = await this.#listener.accept();
    this.#prepare(conn);
    return new DenoConnChannel(conn);
  }

  close(): void {
    closeOnce(this.#listener);
  }
}
