import { NotImplementedError } from "../loop/errors.ts";
import type { ByteChannel } from "./byte_channel.ts";

/** The most that is read or written at once: what a pipe of Linux holds. */
const PIPE_BYTES = 64 * 1024;

/** What this process reads from a child process: its output or its errors. */
export class ChildOutputChannel implements ByteChannel {
  /** Nobody listens at the other end: closing one direction is closing. */
  readonly canEnd = false;
  readonly #reader: ReadableStreamBYOBReader;
  #memory = new ArrayBuffer(0);

  /** Creates the channel; the stream is the channel's from now on. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader({ mode: "byob" });
  }

  /**
   * Reads into memory of its own, then copies: a stream takes away the memory
   * it reads into, and the buffer's is shared with bytes that others hold.
   */
  async read(buffer: Uint8Array): Promise<number | null> {
    const size = Math.min(buffer.length, PIPE_BYTES);
    if (this.#memory.byteLength < size) this.#memory = new ArrayBuffer(size);
    const view = new Uint8Array(this.#memory, 0, size);
    const { value, done } = await this.#reader.read(view);
    if (value === undefined) return null;
    this.#memory = value.buffer;
    if (done) return null;
    buffer.set(value);
    return value.length;
  }

  write(_data: Uint8Array): Promise<never> {
    return Promise.reject(onlyFor("write", "reading"));
  }

  end(): Promise<never> {
    return Promise.reject(onlyFor("write end of stream", "reading"));
  }

  close(): void {
    this.#reader.cancel().catch(ignore);
  }

  reset(): void {
    this.close();
  }

  extraInfo(_name: string): undefined {}
}

/** What this process writes to a child process: its input. */
export class ChildInputChannel implements ByteChannel {
  /** Telling the child that no more will come is closing the pipe. */
  readonly canEnd = true;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended = Promise.withResolvers<null>();

  /** Creates the channel; the stream is the channel's from now on. */
  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
  }

  /** Waits for the end: nothing comes back, and after it nothing is left. */
  read(_buffer: Uint8Array): Promise<null> {
    return this.#ended.promise;
  }

  async write(data: Uint8Array): Promise<number> {
    const piece = data.length > PIPE_BYTES
      ? data.subarray(0, PIPE_BYTES)
      : data;
    await this.#writer.write(piece);
    return piece.length;
  }

  async end(): Promise<void> {
    await this.#writer.close();
    this.#ended.resolve(null);
  }

  close(): void {
    this.#writer.close().catch(ignore);
  }

  /** Closes as soon as the write under way has ended: Deno cannot stop one. */
  reset(): void {
    this.#writer.abort().catch(ignore);
  }

  extraInfo(_name: string): undefined {}
}

function onlyFor(action: string, purpose: string): NotImplementedError {
  return new NotImplementedError(
    `Cannot ${action}: this end of the pipe is for ${purpose}`,
  );
}

function ignore(): void {}
