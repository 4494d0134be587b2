import type { Coroutine } from "../loop/coroutines.ts";
import { showAsText } from "../loop/inspect.ts";
import { waitOperation } from "../loop/wait_operation.ts";
import type { ReadTransport } from "../transports/transports.ts";
import { checkLimit, DEFAULT_LIMIT } from "./_limit.ts";
import { ReaderBuffer } from "./_reader_buffer.ts";
import {
  NEXT_LINE,
  READ,
  READ_EXACTLY,
  READ_LINE,
  READ_UNTIL,
  type ReadOperation,
} from "./_reads.ts";
import { NEWLINE, Search, type Separator, toSeparators } from "./_search.ts";

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
  readonly #buffer: ReaderBuffer;

  static {
    showAsText(this);
  }

  /**
   * Creates an empty reader; `openConnection()` and its like do.
   *
   * @param limit The longest piece that ends with a separator, in bytes.
   * @throws {RangeError} If the limit is not positive.
   */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#buffer = new ReaderBuffer(checkLimit("create reader", limit));
  }

  /**
   * Returns the error of the connection.
   *
   * @returns The error, or `null` if there is none.
   */
  exception(): unknown {
    return this.#buffer.exception;
  }

  /**
   * Makes every read throw an error from now on.
   *
   * @param error The error.
   */
  setException(error: unknown): void {
    this.#buffer.fail(error);
  }

  /**
   * Sets what is paused when too much waits to be read.
   *
   * @param transport The transport that feeds the reader.
   * @throws {RuntimeError} If there is one already.
   */
  setTransport(transport: ReadTransport): void {
    this.#buffer.setTransport(transport);
  }

  /** Gives up the bytes that nobody has asked for yet.
   * @ignore */
  takeUnread(): Uint8Array {
    return this.#buffer.takeRest();
  }

  /** Goes on with another transport.
   * @ignore */
  replaceTransport(transport: ReadTransport): void {
    this.#buffer.replaceTransport(transport);
  }

  /**
   * Tells whether everything has been read.
   *
   * @returns Whether the stream has ended and no bytes are left.
   */
  atEof(): boolean {
    return this.#buffer.eof && this.#buffer.bytes.length === 0;
  }

  /**
   * Appends bytes that have arrived.
   *
   * @param data The bytes; the caller may change them afterwards.
   * @throws {RuntimeError} If the stream has ended.
   */
  feedData(data: Uint8Array): void {
    this.#buffer.feed(data);
  }

  /** Tells the reader that no more bytes will arrive. */
  feedEof(): void {
    this.#buffer.feedEof();
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
    checkSize("read", size);
    return this.#read(READ, size);
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
    return this.#read(READ_LINE, new Search(NEWLINE));
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
    checkSize("read exactly", size);
    if (size >= 0) return this.#read(READ_EXACTLY, size);
    throw new RangeError(
      `Cannot read exactly: size must not be negative, received ${size}`,
    );
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
    separator: Separator | readonly Separator[] = "\n",
  ): Coroutine<Uint8Array> {
    const search = new Search(toSeparators(separator));
    return this.#read(READ_UNTIL, search);
  }

  /** Steps through the lines of the stream, until its end. */
  [Symbol.asyncIterator](): LineIterator {
    const iterator: LineIterator = {
      next: () => this.#read(NEXT_LINE, new Search(NEWLINE)),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #read<W, T>(operation: ReadOperation<W, T>, wanted: W): Coroutine<T> {
    return waitOperation(operation, this.#buffer, wanted);
  }

  /** Describes the reader, such as `<StreamReader 5 bytes eof>`. */
  toString(): string {
    const { bytes, eof, exception, paused } = this.#buffer;
    const states: string[] = [];
    if (bytes.length > 0) states.push(`${bytes.length} bytes`);
    if (eof) states.push("eof");
    if (exception !== null) states.push(`exception=${exception}`);
    if (paused) states.push("paused");
    return `<${["StreamReader", ...states].join(" ")}>`;
  }
}

function checkSize(action: string, size: unknown): void {
  if (typeof size === "number" && !Number.isNaN(size)) return;
  throw new TypeError(
    `Cannot ${action}: expected a number of bytes, received ${size}`,
  );
}
