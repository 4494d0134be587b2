/** Something to read from: a `Deno.Conn`. */
export interface ReadableSocket {
  /** Reads into a buffer; `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
}

/** Something to write to: a `Deno.Conn`. */
export interface WritableSocket {
  /** Writes bytes, maybe not all. */
  write(data: Uint8Array): Promise<number>;
}

/** The most that is written at once. */
const PIECE_BYTES = 256 * 1024;

/**
 * What arrives one after the other and may be waited for by tasks that give
 * up: whatever came then is there for the next one. Deno's own operations go
 * on when nobody waits any more.
 */
export class Arrivals<T> {
  readonly #items: T[] = [];
  #pending: Promise<void> | null = null;

  /** Puts something back in front. */
  putBack(item: T): void {
    this.#items.unshift(item);
  }

  /** Takes what is there. */
  take(): T | undefined {
    return this.#items.shift();
  }

  /** Waits until something is there, starting an operation if none is. */
  wait(start: () => PromiseLike<T>): Promise<void> {
    this.#pending ??= this.#run(start);
    return this.#pending;
  }

  async #run(start: () => PromiseLike<T>): Promise<void> {
    try {
      this.#items.push(await start());
    } finally {
      this.#pending = null;
    }
  }
}

/** A write that may be given up between two pieces. */
export interface SendJob {
  /** Whether nothing more shall be sent. */
  cancelled: boolean;
}

/** What is known of a socket that somebody works with directly. */
export class SocketState {
  /** Bytes that were read; none at the end. */
  readonly input = new Arrivals<Uint8Array>();
  #sending: Promise<void> = Promise.resolve();

  /** Sends bytes after those that are being sent. */
  send(socket: WritableSocket, data: Uint8Array, job: SendJob): Promise<void> {
    const sending = this.#sending.then(() => write(socket, data, job));
    this.#sending = sending.catch(() => {});
    return sending;
  }
}

async function write(
  socket: WritableSocket,
  data: Uint8Array,
  job: SendJob,
): Promise<void> {
  for (let start = 0; start < data.length && !job.cancelled;) {
    // A write that is given up still reads the memory: not the caller's.
    let piece = data.slice(start, start + PIECE_BYTES);
    start += piece.length;
    while (piece.length > 0) {
      piece = piece.subarray(await socket.write(piece));
    }
  }
}
