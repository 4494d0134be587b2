import type { CoroutineGenerator, CoroutineLike } from "./awaitables.ts";
import { type Coroutine, operation } from "./coroutines.ts";
import { DoneWatcher } from "./done_watcher.ts";
import { ensureFuture } from "./ensure_future.ts";
import { CancelledError, TimeoutError } from "./errors.ts";
import type { Future } from "./futures.ts";
import { currentLoop } from "./running.ts";
import { checkCoroutineLike } from "./steps.ts";
import { Timeout } from "./timeouts.ts";
import { release } from "./wait.ts";

/**
 * Waits for something, but not longer than some time.
 *
 * When the time is up the awaited thing is cancelled, and its end is waited
 * for: so the whole may take longer, and if it refuses to be cancelled and
 * returns, that is the result. A coroutine or function runs in the caller's
 * task; with a time of zero or less it does not even start.
 *
 * @typeParam T The type of the result.
 * @param source A coroutine, a generator object, a future or a function.
 * @param timeout How long, in seconds, or `null` for ever.
 * @returns A coroutine of the result.
 * @throws {TimeoutError} If the time was up first.
 *
 * @example Giving up on a slow operation
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   await assert.rejects(
 *     asyncio.waitFor(asyncio.sleep(60), 0.01),
 *     asyncio.TimeoutError,
 *   );
 * });
 * ```
 */
export function waitFor<T>(
  source: CoroutineLike<T>,
  timeout: number | null,
): Coroutine<T> {
  checkCoroutineLike(source, "wait");
  if (timeout !== null && timeout <= 0) {
    return operation("waitFor", takeOrCancel(source));
  }
  const body = typeof source === "function" ? source : () => source;
  return operation("waitFor", new Timeout(null).steps(body, timeout));
}

function* takeOrCancel<T>(source: CoroutineLike<T>): CoroutineGenerator<T> {
  const future = ensureFuture(source);
  if (future.done()) return future.result();
  yield* cancelAndWait(future);
  try {
    return future.result();
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    throw new TimeoutError(undefined, { cause: error });
  }
}

function* cancelAndWait(future: Future<unknown>): CoroutineGenerator<void> {
  const waiter = currentLoop().createFuture<void>().named("waitFor");
  const watcher = new DoneWatcher(future, () => release(waiter));
  try {
    future.cancel();
    yield* waiter;
  } finally {
    watcher.stop();
  }
}
