/**
 * The errors of asyncio. Errors of the operating system are not here: they
 * stay `Deno.errors.*`, untouched.
 *
 * @module
 */

/**
 * Thrown into a task at the wait it stands in when somebody cancels it.
 *
 * Clean up in `finally`, or catch it and throw it on: code that swallows it
 * keeps a task running that was asked to end.
 *
 * @example Cleaning up when cancelled
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const seen: string[] = [];
 * await asyncio.run(async () => {
 *   const task = asyncio.createTask(async () => {
 *     try {
 *       await asyncio.sleep(60);
 *     } catch (error) {
 *       if (error instanceof asyncio.CancelledError) seen.push("cancelled");
 *       throw error;
 *     }
 *   });
 *   await asyncio.sleep(0);
 *   task.cancel();
 *   await asyncio.wait([task]);
 * });
 * assert.deepEqual(seen, ["cancelled"]);
 * ```
 */
export class CancelledError extends Error {
  /** The name of the class, as printed before the message. */
  override name = "CancelledError";
}

/** Thrown when an operation did not end before its deadline. */
export class TimeoutError extends Error {
  /** The name of the class, as printed before the message. */
  override name = "TimeoutError";
}

/** Thrown when a future is asked for something that its state forbids. */
export class InvalidStateError extends Error {
  /** The name of the class, as printed before the message. */
  override name = "InvalidStateError";
}

/** Thrown when an operation is not possible now, whatever its arguments. */
export class RuntimeError extends Error {
  /** The name of the class, as printed before the message. */
  override name = "RuntimeError";
}

/** Thrown by a method that this kind of event loop cannot offer. */
export class NotImplementedError extends RuntimeError {
  /** The name of the class, as printed before the message. */
  override name = "NotImplementedError";
}

/**
 * Thrown by `run()` when nothing that could still happen would end the main
 * task: nothing is ready, no timer is set and the runtime waits for nothing.
 */
export class DeadlockError extends RuntimeError {
  /** The name of the class, as printed before the message. */
  override name = "DeadlockError";
}

/** Thrown by a barrier that was aborted, or reset while tasks waited at it. */
export class BrokenBarrierError extends RuntimeError {
  /** The name of the class, as printed before the message. */
  override name = "BrokenBarrierError";
}

/** Thrown by `sendfile` when only the fallback could send, and it is off. */
export class SendfileNotAvailableError extends RuntimeError {
  /** The name of the class, as printed before the message. */
  override name = "SendfileNotAvailableError";
}

/** Thrown by `run()` when Ctrl-C ended the main task. */
export class KeyboardInterrupt extends Error {
  /** The name of the class, as printed before the message. */
  override name = "KeyboardInterrupt";
}

/**
 * Thrown by `run()` when a signal that asks the process to end, such as SIGTERM,
 * has ended the main task.
 */
export class SystemExit extends Error {
  /** The name of the class, as printed before the message. */
  override name = "SystemExit";
  /** The exit code of the process if nobody catches the error. */
  readonly code: number;

  /**
   * Creates the error.
   *
   * @param message What ended the run.
   * @param code The exit code.
   */
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** Thrown when a stream ends before the bytes that were asked for arrived. */
export class IncompleteReadError extends Error {
  /** The name of the class, as printed before the message. */
  override name = "IncompleteReadError";
  /** The bytes read before the end of the stream. */
  readonly partial: Uint8Array;
  /** The number of bytes asked for, or `null` if it is not known. */
  readonly expected: number | null;

  /**
   * Creates the error.
   *
   * @param partial The bytes read before the end of the stream.
   * @param expected The number of bytes asked for, or `null` if not known.
   */
  constructor(partial: Uint8Array, expected: number | null) {
    super(
      `${partial.length} bytes read on a total of ${
        expected ?? "undefined"
      } expected bytes`,
    );
    this.partial = partial;
    this.expected = expected;
  }
}

/** Thrown when a separator is not found within the limit of a stream. */
export class LimitOverrunError extends Error {
  /** The name of the class, as printed before the message. */
  override name = "LimitOverrunError";
  /** The number of buffered bytes that can be consumed without a match. */
  readonly consumed: number;

  /**
   * Creates the error.
   *
   * @param message What was not found.
   * @param consumed The bytes that can be consumed without a match.
   */
  constructor(message: string, consumed: number) {
    super(message);
    this.consumed = consumed;
  }
}
