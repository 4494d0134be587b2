import { closeOnce } from "./_close_once.ts";
import type { SocketFile } from "./_socket_file.ts";
import type { Address, ByteChannel, ByteListener } from "./byte_channel.ts";
import { DenoConnChannel } from "./deno_conn_channel.ts";

/**
 * The listeners that are closed but still accept, by their path. Deno removes
 * what is under the path only when that has ended: until then nothing may be
 * put there.
 */
const ending = new Map<string, Promise<void>>();

/** Waits until what is put under a path stays there. */
export async function untilFree(path: string): Promise<void> {
  for (let end = ending.get(path); end; end = ending.get(path)) await end;
}

/** The connections that a Unix socket accepts, and the care for its file. */
export class UnixListener implements ByteListener {
  readonly #listener: Deno.Listener;
  readonly #file: SocketFile | null;
  readonly #cleanup: boolean;
  #accepting: Promise<unknown> | null = null;
  #closed = false;

  /**
   * Creates it; the listener is its own from now on.
   *
   * @param listener Where connections come from.
   * @param file The socket's file, if it shall be looked after.
   * @param cleanup Whether closing removes the file.
   */
  constructor(
    listener: Deno.Listener,
    file: SocketFile | null,
    cleanup: boolean,
  ) {
    this.#listener = listener;
    this.#file = file;
    this.#cleanup = cleanup;
  }

  get address(): Address {
    return this.#listener.addr as Address;
  }

  async accept(): Promise<ByteChannel> {
    const accepting = this.#listener.accept();
    this.#accepting = accepting;
    try {
      return new DenoConnChannel(await accepting);
    } finally {
      this.#accepting = null;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const file = this.#file;
    const keep = file !== null && (!this.#cleanup || file.wasReplaced());
    const putBack = keep ? file.putAside() : null;
    if (!keep) file?.remove();
    const accepting = this.#accepting;
    closeOnce(this.#listener);
    if (accepting === null) putBack?.();
    else if (file !== null) this.#end(file.path, accepting, putBack);
  }

  #end(
    path: string,
    accepting: Promise<unknown>,
    putBack: (() => void) | null,
  ): void {
    const end = accepting.catch(() => {}).then(() => {
      putBack?.();
      if (ending.get(path) === end) ending.delete(path);
    });
    ending.set(path, end);
  }
}
