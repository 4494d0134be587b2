import { closeOnce } from "./_close_once.ts";
import type { ByteChannel } from "./byte_channel.ts";

/** The byte channel of a `Deno.Conn`. */
export class DenoConnChannel implements ByteChannel {
  /** A TCP or Unix connection can be closed in one direction. */
  readonly canEnd = true;
  readonly #conn: Deno.Conn;

  /** Creates the channel; the connection is the channel's from now on. */
  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#conn.read(buffer);
  }

  write(data: Uint8Array): Promise<number> {
    return this.#conn.write(data);
  }

  end(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    closeOnce(this.#conn);
  }

  /** Closes: Deno cannot make the peer see a reset. */
  reset(): void {
    this.close();
  }

  extraInfo(name: string): unknown {
    switch (name) {
      case "socket":
        return this.#conn;
      case "peername":
        return this.#conn.remoteAddr;
      case "sockname":
        return this.#conn.localAddr;
      default:
        return undefined;
    }
  }
}
