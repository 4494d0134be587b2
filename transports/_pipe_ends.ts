import { closeOnce } from "./_close_once.ts";
import { systemError } from "./_errors.ts";

/** The most that is written at once: what a pipe of Linux holds. */
const PIECE_BYTES = 64 * 1024;

/** Something to read from, as a `Deno.FsFile` or `Deno.stdin`. */
export interface PipeSource {
  /**
   * Reads into a buffer.
   *
   * @param buffer Where to put the bytes.
   * @returns How many were read, `null` at the end.
   */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Closes it; a pending read ends. */
  close(): void;
}

/** Something to write to, as a `Deno.FsFile` or `Deno.stdout`. */
export interface PipeSink {
  /**
   * Writes bytes.
   *
   * @param data The bytes.
   * @returns How many were written, maybe not all.
   */
  write(data: Uint8Array): Promise<number>;
  /** Closes it. */
  close(): void;
}

/** What can be read from: a file, a pipe, or a Web stream of bytes. */
export type ReadPipe = PipeSource | ReadableStream<Uint8Array>;

/** What can be written to: a file, a pipe, or a Web stream of bytes. */
export type WritePipe = PipeSink | WritableStream<Uint8Array>;

/** The reading end of a channel. */
export interface ReadEnd extends PipeSource {
  /** Closes it, with an error for whoever writes, where that can be told. */
  reset(): void;
}

/** The writing end of a channel. */
export interface WriteEnd {
  /** Writes bytes; they must not change until then. */
  write(data: Uint8Array): Promise<number>;
  /** Writes no more; what was written arrives. */
  end(): Promise<void>;
  /** As `end`, without waiting. */
  close(): void;
  /** Closes it, with an error for whoever reads, where that can be told. */
  reset(): void;
  /** Rejects when the other side goes, where that can be told. */
  readonly broken: Promise<never>;
}

/** Makes the reading end of what can be read from. */
export function toReadEnd(pipe: ReadPipe): ReadEnd {
  return "getReader" in pipe ? new WebReadEnd(pipe) : new FileReadEnd(pipe);
}

/** Makes the writing end of what can be written to. */
export function toWriteEnd(pipe: WritePipe): WriteEnd {
  return "getWriter" in pipe ? new WebWriteEnd(pipe) : new FileWriteEnd(pipe);
}

class FileReadEnd implements ReadEnd {
  readonly #file: PipeSource;

  constructor(file: PipeSource) {
    this.#file = file;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    return await this.#file.read(buffer) || null;
  }

  close(): void {
    closeOnce(this.#file);
  }

  reset(): void {
    this.close();
  }
}

class FileWriteEnd implements WriteEnd {
  readonly broken = new Promise<never>(() => {});
  readonly #file: PipeSink;

  constructor(file: PipeSink) {
    this.#file = file;
  }

  /** Writes a piece: a thread writes to a file, and cannot be stopped. */
  write(data: Uint8Array): Promise<number> {
    return this.#file.write(data.subarray(0, PIECE_BYTES));
  }

  async end(): Promise<void> {
    this.close();
  }

  close(): void {
    closeOnce(this.#file);
  }

  reset(): void {
    this.close();
  }
}

class WebReadEnd implements ReadEnd {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#rest = checkChunk(value);
    }
    const count = Math.min(buffer.length, this.#rest.length);
    buffer.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  close(): void {
    const error = systemError("BrokenPipe", "Broken pipe");
    this.#reader.cancel(error).catch(ignore);
  }

  reset(): void {
    this.close();
  }
}

class WebWriteEnd implements WriteEnd {
  readonly broken: Promise<never>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
    this.broken = this.#writer.closed.then(() => new Promise<never>(ignore));
    this.broken.catch(ignore);
  }

  /** Hands a copy over: a Web stream keeps what it is given. */
  async write(data: Uint8Array): Promise<number> {
    const piece = data.slice(0, PIECE_BYTES);
    await this.#writer.write(piece);
    return piece.length;
  }

  end(): Promise<void> {
    return this.#writer.close();
  }

  close(): void {
    this.#writer.close().catch(ignore);
  }

  reset(): void {
    const error = systemError("ConnectionReset", "Connection reset by peer");
    this.#writer.abort(error).catch(ignore);
  }
}

function checkChunk(chunk: unknown): Uint8Array<ArrayBuffer> {
  if (chunk instanceof Uint8Array) return chunk as Uint8Array<ArrayBuffer>;
  throw new TypeError(
    `Cannot read stream: expected chunks of bytes, received ${typeof chunk}`,
  );
}

function ignore(): void {}
