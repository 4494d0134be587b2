import { WAIT } from "../loop/direct_steps.ts";
import { IncompleteReadError, LimitOverrunError } from "../loop/errors.ts";
import type { Place, WaitOperation } from "../loop/wait_operation.ts";
import type { ReaderBuffer } from "./_reader_buffer.ts";
import { NEWLINE, type Search } from "./_search.ts";

/** An operation of StreamReader; `W` is what is wanted. */
export type ReadOperation<W, T> = WaitOperation<ReaderBuffer, W, T, Place>;

/** Makes the operation of a method that is ready when enough has arrived. */
function readOperation<W, T>(
  method: string,
  ready: (buffer: ReaderBuffer, wanted: W) => boolean,
  take: (buffer: ReaderBuffer, wanted: W) => T,
): ReadOperation<W, T> {
  function takeIfReady(buffer: ReaderBuffer, wanted: W): T | typeof WAIT {
    return ready(buffer, wanted) ? take(buffer, wanted) : WAIT;
  }
  return {
    name: `StreamReader.${method}`,
    attempt(buffer, wanted) {
      // Later on an error ends the wait, and is no longer looked for here.
      if (buffer.exception !== null) throw buffer.exception;
      return takeIfReady(buffer, wanted);
    },
    enter: (buffer) => ({ future: buffer.enter(method) }),
    leave: (buffer) => buffer.leave(),
    finish: takeIfReady,
    abandon: () => {},
  };
}

/** `StreamReader.read()` of at most so many bytes, or all if it is negative. */
export const READ: ReadOperation<number, Uint8Array> = readOperation(
  "read",
  ({ bytes, eof }, size) => size === 0 || eof || (size > 0 && bytes.length > 0),
  (buffer, size) => {
    const { length } = buffer.bytes;
    return buffer.take(size < 0 ? length : Math.min(size, length));
  },
);

/** `StreamReader.readexactly()`. */
export const READ_EXACTLY: ReadOperation<number, Uint8Array> = readOperation(
  "readexactly",
  ({ bytes, eof }, size) => eof || bytes.length >= size,
  (buffer, size) => {
    if (buffer.bytes.length >= size) return buffer.take(size);
    throw new IncompleteReadError(buffer.takeRest(), size);
  },
);

/** `StreamReader.readuntil()`. */
export const READ_UNTIL: ReadOperation<Search, Uint8Array> = readOperation(
  "readuntil",
  isDecided,
  takeUntil,
);

/** `StreamReader.readline()`. */
export const READ_LINE: ReadOperation<Search, Uint8Array> = readOperation(
  "readline",
  isDecided,
  takeLine,
);

/** One step of a loop over the lines of a StreamReader. */
export const NEXT_LINE: ReadOperation<
  Search,
  IteratorResult<Uint8Array, undefined>
> = readOperation("next", isDecided, (buffer, search) => {
  const value = takeLine(buffer, search);
  if (value.length > 0) return { done: false, value };
  return { done: true, value: undefined };
});

/** Whether the search has found something, or will not any more. */
function isDecided(
  { bytes, eof, limit }: ReaderBuffer,
  search: Search,
): boolean {
  return search.find(bytes) || eof || search.searched > limit;
}

function takeUntil(buffer: ReaderBuffer, search: Search): Uint8Array {
  const { limit } = buffer;
  const { match, searched } = search;
  if (match !== null && match.start <= limit) return buffer.take(match.end);
  if (match !== null) {
    throw new LimitOverrunError(
      `Cannot read until separator: it is found after ${limit} bytes`,
      match.start,
    );
  }
  if (searched > limit) {
    throw new LimitOverrunError(
      `Cannot read until separator: it is not found within ${limit} bytes`,
      searched,
    );
  }
  throw new IncompleteReadError(buffer.takeRest(), null);
}

function takeLine(buffer: ReaderBuffer, search: Search): Uint8Array {
  try {
    return takeUntil(buffer, search);
  } catch (error) {
    if (error instanceof IncompleteReadError) return error.partial;
    if (!(error instanceof LimitOverrunError)) throw error;
    dropLine(buffer, error.consumed);
    throw new RangeError(error.message);
  }
}

/** Drops a line that is too long, or as much of it as has arrived. */
function dropLine(buffer: ReaderBuffer, consumed: number): void {
  const { bytes } = buffer;
  const isWhole = bytes.at(consumed) === NEWLINE[0]![0];
  bytes.skip(isWhole ? consumed + 1 : bytes.length);
  buffer.resumeIfLow();
}
