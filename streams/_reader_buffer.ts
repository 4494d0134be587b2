import { NotImplementedError, RuntimeError } from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { currentLoop } from "../loop/running.ts";
import { isInSlab } from "../transports/_read_slab.ts";
import type { ReadTransport } from "../transports/transports.ts";
import { ChunkList } from "./_chunk_list.ts";

/**
 * The state of a StreamReader: what has arrived, whether more will come, and
 * who waits for it.
 */
export class ReaderBuffer {
  /** The longest piece that a separator may end, in bytes. */
  readonly limit: number;
  /** The bytes that have arrived and were not read yet. */
  readonly bytes: ChunkList = new ChunkList();
  /** Whether no more bytes will arrive. */
  eof = false;
  /** What every read throws, `null` while all is well. */
  exception: unknown = null;
  /** Whether the transport is paused because too many bytes wait. */
  paused = false;
  /** Who waits for bytes; at most one does. */
  #waiter: Future<void> | null = null;
  #transport: ReadTransport | null = null;

  /** Creates the state of a reader that has received nothing yet. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Sets what is paused when too many bytes wait. */
  setTransport(transport: ReadTransport): void {
    if (this.#transport !== null) {
      throw new RuntimeError("Cannot set transport: reader has one already");
    }
    this.#transport = transport;
  }

  /** Replaces what is paused: it goes on without a pause. */
  replaceTransport(transport: ReadTransport): void {
    this.#transport = transport;
    this.paused = false;
  }

  /** Appends bytes; the caller may change them afterwards. */
  feed(data: Uint8Array): void {
    if (this.eof) {
      throw new RuntimeError("Cannot feed data: feedEof() was called");
    }
    if (data.length === 0) return;
    this.bytes.push(isInSlab(data) ? data : data.slice());
    this.#wake();
    if (!this.paused && this.bytes.length > 2 * this.limit) this.#pause();
  }

  /** No more bytes will arrive. */
  feedEof(): void {
    this.eof = true;
    this.#wake();
  }

  /** Every read fails from now on. */
  fail(exception: unknown): void {
    this.exception = exception;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter?.done() === false) waiter.setException(exception);
  }

  /** Takes bytes; the transport goes on if few are left. */
  take(count: number): Uint8Array {
    const bytes = this.bytes.take(count);
    if (this.paused) this.resumeIfLow();
    return bytes;
  }

  /** Takes what is left of a stream that has ended. */
  takeRest(): Uint8Array {
    return this.bytes.take(this.bytes.length);
  }

  /** Lets the transport go on if few bytes are left. */
  resumeIfLow(): void {
    if (this.paused && this.bytes.length <= this.limit) this.#resume();
  }

  /** Begins to wait for more; `leave` must follow. */
  enter(method: string): Future<void> {
    if (this.#waiter !== null) {
      throw new RuntimeError(
        `Cannot call ${method}(): ` +
          "another task is already waiting for incoming data",
      );
    }
    // Waiting while the transport is paused would never end.
    if (this.paused) this.#resume();
    return this.#waiter = currentLoop().createFuture<void>();
  }

  /** Ends the wait that `enter` began. */
  leave(): void {
    this.#waiter = null;
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter?.done() === false) waiter.setResult();
  }

  /** Pauses the transport; one that cannot be paused is let be. */
  #pause(): void {
    if (this.#transport === null) return;
    try {
      this.#transport.pauseReading();
      this.paused = true;
    } catch (error) {
      if (!(error instanceof NotImplementedError)) throw error;
      this.#transport = null;
    }
  }

  #resume(): void {
    this.paused = false;
    this.#transport!.resumeReading();
  }
}
