import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { type Coroutine, leafOperation } from "../loop/coroutines.ts";
import {
  IncompleteReadError,
  LimitOverrunError,
  NotImplementedError,
  RuntimeError,
} from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { currentLoop } from "../loop/running.ts";
import { isInSlab } from "../transports/_read_slab.ts";
import type { ReadTransport } from "../transports/transports.ts";
import { ChunkList } from "./_chunk_list.ts";
import { type Separator, toSeparators } from "./_separators.ts";

/** The limit of a reader, unless told otherwise, in bytes. */
export const DEFAULT_LIMIT: number = 64 * 1024;

const NEWLINE = new Uint8Array([10]);
const EMPTY = new Uint8Array(0);

/** What a `for await` loop over a reader steps through: lines. */
export interface LineIterator
  extends AsyncIterableIterator<Uint8Array, undefined> {
  /** Waits for the next line, which is never empty. */
  next(): Coroutine<IteratorResult<Uint8Array, undefined>>;
  /** Returns the iterator itself. */
  [Symbol.asyncIterator](): LineIterator;
}

/**
 * The reading half of a stream: bytes that arrive wait here until they are
 * asked for.
 *
 * - **One at a time:** only one task can wait for bytes; another one that would
 *   have to gets a RuntimeError.
 * - **The limit** is the longest piece that `readuntil()` and `readline()` give
 *   out. When more than twice the limit waits to be read, the transport is
 *   paused, and the peer has to wait.
 * - **Cancelling** a wait loses nothing: what has arrived stays.
 * - **An error** of the connection is thrown by every later read, even if bytes
 *   still wait.
 *
 * @example Reading what was fed
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const reader = new asyncio.StreamReader();
 *   reader.feedData(new TextEncoder().encode("one\ntwo\nthree"));
 *   reader.feedEof();
 *   const lines: string[] = [];
 *   for await (const line of reader) {
 *     lines.push(new TextDecoder().decode(line));
 *   }
 *   assert.deepEqual(lines, ["one\n", "two\n", "three"]);
 * });
 * ```
 */
export class StreamReader implements AsyncIterable<Uint8Array> {
  readonly #limit: number;
  readonly #buffer = new ChunkList();
  #eof = false;
  /** Who waits for bytes; at most one does. */
  #waiter: Future<void> | null = null;
  #exception: unknown = null;
  #transport: ReadTransport | null = null;
  #paused = false;

  /**
   * Creates an empty reader; `openConnection()` and its like do.
   *
   * @param limit The longest piece that ends with a separator, in bytes.
   * @throws {RangeError} If the limit is not positive.
   */
  constructor(limit: number = DEFAULT_LIMIT) {
    if (!(limit > 0)) {
      throw new RangeError(
        `Cannot create reader: limit must be positive, received ${limit}`,
      );
    }
    this.#limit = limit;
  }

  /**
   * Returns the error of the connection.
   *
   * @returns The error, or `null` if there is none.
   */
  exception(): unknown {
    return this.#exception;
  }

  /**
   * Makes every read throw an error from now on.
   *
   * @param error The error.
   */
  setException(error: unknown): void {
    this.#exception = error;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter?.done() === false) waiter.setException(error);
  }

  /**
   * Sets what is paused when too much waits to be read.
   *
   * @param transport The transport that feeds the reader.
   * @throws {RuntimeError} If there is one already.
   */
  setTransport(transport: ReadTransport): void {
    if (this.#transport !== null) {
      throw new RuntimeError("Cannot set transport: reader has one already");
    }
    this.#transport = transport;
  }

  /**
   * Tells whether everything has been read.
   *
   * @returns Whether the stream has ended and no bytes are left.
   */
  atEof(): boolean {
    return this.#eof && this.#buffer.length === 0;
  }

  /**
   * Appends bytes that have arrived.
   *
   * @param data The bytes; the caller may change them afterwards.
   * @throws {RuntimeError} If the stream has ended.
   */
  feedData(data: Uint8Array): void {
    if (this.#eof) {
      throw new RuntimeError("Cannot feed data: feedEof() was called");
    }
    if (data.length === 0) return;
    this.#buffer.push(isInSlab(data) ? data : data.slice());
    this.#wake();
    if (!this.#paused && this.#buffer.length > 2 * this.#limit) this.#pause();
  }

  /** Tells the reader that no more bytes will arrive. */
  feedEof(): void {
    this.#eof = true;
    this.#wake();
  }

  /**
   * Waits for bytes and returns those that are there.
   *
   * @param size The most to return; -1, the default, means all until the end of
   * the stream.
   * @returns A coroutine of the bytes; none means that the stream has ended.
   *
   * @example Reading in pieces
   * ```ts
   * import * as asyncio from "@asyncio/asyncio";
   * import assert from "node:assert/strict";
   *
   * await asyncio.run(async () => {
   *   const reader = new asyncio.StreamReader();
   *   reader.feedData(new Uint8Array([1, 2, 3]));
   *   reader.feedEof();
   *   assert.deepEqual(await reader.read(2), new Uint8Array([1, 2]));
   *   assert.deepEqual(await reader.read(2), new Uint8Array([3]));
   *   assert.deepEqual(await reader.read(2), new Uint8Array());
   * });
   * ```
   */
  read(size = -1): Coroutine<Uint8Array> {
    return leafOperation("StreamReader.read", this.#read(size));
  }

  /**
   * Waits for a line and returns it, with its newline. The last line may have
   * none; an empty result means that the stream has ended.
   *
   * @returns A coroutine of the line.
   * @throws {RangeError} If the line is longer than the limit. It is dropped, as
   * far as it has arrived.
   */
  readline(): Coroutine<Uint8Array> {
    return leafOperation("StreamReader.readline", this.#readline());
  }

  /**
   * Waits for a number of bytes and returns them; it may exceed the limit.
   *
   * @param size How many.
   * @returns A coroutine of exactly so many bytes.
   * @throws {IncompleteReadError} If the stream ends before; the error has what
   * there was.
   * @throws {RangeError} If the number is negative.
   */
  readexactly(size: number): Coroutine<Uint8Array> {
    return leafOperation("StreamReader.readexactly", this.#readexactly(size));
  }

  /**
   * Waits for a separator and returns the bytes up to it, with it.
   *
   * @param separator What to look for, a newline by default; if there are
   * several, the first match counts and of equal ones the shortest.
   * @returns A coroutine of the bytes.
   * @throws {IncompleteReadError} If the stream ends before; the error has what
   * there was.
   * @throws {LimitOverrunError} If the piece is longer than the limit. The bytes
   * stay, to be read in another way.
   * @throws {RangeError} If a separator is empty.
   *
   * @example Two kinds of line ends
   * ```ts
   * import * as asyncio from "@asyncio/asyncio";
   * import assert from "node:assert/strict";
   *
   * await asyncio.run(async () => {
   *   const reader = new asyncio.StreamReader();
   *   reader.feedData(new TextEncoder().encode("a\r\nb;c"));
   *   const text = new TextDecoder();
   *   const ends = ["\r\n", ";"];
   *   assert.equal(text.decode(await reader.readuntil(ends)), "a\r\n");
   *   assert.equal(text.decode(await reader.readuntil(ends)), "b;");
   * });
   * ```
   */
  readuntil(
    separator: Separator | readonly Separator[] = NEWLINE,
  ): Coroutine<Uint8Array> {
    const steps = this.#readuntilAny(separator);
    return leafOperation("StreamReader.readuntil", steps);
  }

  /** Steps through the lines of the stream, until its end. */
  [Symbol.asyncIterator](): LineIterator {
    const iterator: LineIterator = {
      next: () => leafOperation("StreamReader.next", this.#next()),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Describes the reader, such as `<StreamReader 5 bytes eof>`. */
  toString(): string {
    const states: string[] = [];
    if (this.#buffer.length > 0) states.push(`${this.#buffer.length} bytes`);
    if (this.#eof) states.push("eof");
    if (this.#exception !== null) states.push(`exception=${this.#exception}`);
    if (this.#paused) states.push("paused");
    return `<${["StreamReader", ...states].join(" ")}>`;
  }

  *#read(size: number): CoroutineGenerator<Uint8Array> {
    this.#check();
    if (size === 0) return EMPTY;
    if (size < 0) return yield* this.#readAll();
    if (this.#buffer.length === 0 && !this.#eof) yield* this.#wait("read");
    return this.#take(Math.min(size, this.#buffer.length));
  }

  *#readAll(): CoroutineGenerator<Uint8Array> {
    const all = new ChunkList();
    for (;;) {
      const bytes = yield* this.#read(this.#limit);
      if (bytes.length === 0) return all.take(all.length);
      all.push(bytes);
    }
  }

  *#readline(): CoroutineGenerator<Uint8Array> {
    try {
      return yield* this.#readuntil([NEWLINE]);
    } catch (error) {
      if (error instanceof IncompleteReadError) return error.partial;
      if (!(error instanceof LimitOverrunError)) throw error;
      if (this.#buffer.at(error.consumed) === NEWLINE[0]) {
        this.#buffer.skip(error.consumed + 1);
      } else this.#buffer.clear();
      this.#maybeResume();
      throw new RangeError(error.message);
    }
  }

  *#readexactly(size: number): CoroutineGenerator<Uint8Array> {
    if (size < 0) {
      throw new RangeError(
        `Cannot read exactly: size must not be negative, received ${size}`,
      );
    }
    this.#check();
    while (this.#buffer.length < size) {
      if (this.#eof) {
        throw new IncompleteReadError(this.#takeRest(), size);
      }
      yield* this.#wait("readexactly");
    }
    return size === 0 ? EMPTY : this.#take(size);
  }

  *#readuntilAny(
    separator: Separator | readonly Separator[],
  ): CoroutineGenerator<Uint8Array> {
    return yield* this.#readuntil(toSeparators(separator));
  }

  *#readuntil(
    separators: readonly Uint8Array[],
  ): CoroutineGenerator<Uint8Array> {
    this.#check();
    const longest = separators.at(-1)!.length;
    /** No separator begins before this position. */
    let searched = 0;
    let match: Match | null;
    while ((match = this.#find(separators, searched)) === null) {
      searched = Math.max(searched, this.#buffer.length + 1 - longest);
      if (searched > this.#limit) {
        throw new LimitOverrunError(
          `Cannot read until separator: none within ${this.#limit} bytes`,
          searched,
        );
      }
      if (this.#eof) throw new IncompleteReadError(this.#takeRest(), null);
      yield* this.#wait("readuntil");
    }
    if (match.start > this.#limit) {
      throw new LimitOverrunError(
        `Cannot read until separator: it is found after ${this.#limit} bytes`,
        match.start,
      );
    }
    return this.#take(match.end);
  }

  *#next(): CoroutineGenerator<IteratorResult<Uint8Array, undefined>> {
    const value = yield* this.#readline();
    return value.length === 0
      ? { done: true, value: undefined }
      : { done: false, value };
  }

  /** Finds the match that ends first. */
  #find(separators: readonly Uint8Array[], from: number): Match | null {
    let match: Match | null = null;
    for (const separator of separators) {
      const start = this.#buffer.indexOf(separator, from);
      if (start < 0) continue;
      const end = start + separator.length;
      if (match === null || end < match.end) match = { start, end };
    }
    return match;
  }

  /** Waits until bytes, the end or an error has arrived. */
  *#wait(method: string): CoroutineGenerator<void> {
    if (this.#waiter !== null) {
      throw new RuntimeError(
        `Cannot call ${method}(): ` +
          "another task is already waiting for incoming data",
      );
    }
    if (this.#paused) this.#resume();
    this.#waiter = currentLoop().createFuture<void>();
    try {
      yield* this.#waiter;
    } finally {
      this.#waiter = null;
    }
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    if (waiter?.done() === false) waiter.setResult();
  }

  #check(): void {
    if (this.#exception !== null) throw this.#exception;
  }

  #take(count: number): Uint8Array {
    const bytes = this.#buffer.take(count);
    if (this.#paused) this.#maybeResume();
    return bytes;
  }

  #takeRest(): Uint8Array {
    return this.#buffer.take(this.#buffer.length);
  }

  /** Pauses the transport; one that cannot be paused is let be. */
  #pause(): void {
    try {
      this.#transport?.pauseReading();
      this.#paused = this.#transport !== null;
    } catch (error) {
      if (!(error instanceof NotImplementedError)) throw error;
      this.#transport = null;
    }
  }

  #maybeResume(): void {
    if (this.#paused && this.#buffer.length <= this.#limit) this.#resume();
  }

  #resume(): void {
    this.#paused = false;
    this.#transport!.resumeReading();
  }
}

/** Where a separator was found, and where it ends. */
interface Match {
  readonly start: number;
  readonly end: number;
}
