import type { CoroutineGenerator } from "./awaitables.ts";
import { type Coroutine, leafOperation } from "./coroutines.ts";
import { DoneWatcher } from "./done_watcher.ts";
import { Future } from "./futures.ts";
import { currentLoop, currentScope } from "./running.ts";
import { isList } from "./steps.ts";
import { Timer } from "./timer_queue.ts";

/** When {@linkcode wait} returns. */
export type ReturnWhen =
  | typeof FIRST_COMPLETED
  | typeof FIRST_EXCEPTION
  | typeof ALL_COMPLETED;

/** Return when any future is done. */
export const FIRST_COMPLETED = "FIRST_COMPLETED";
/** Return when any future has failed (cancelled ones do not count). */
export const FIRST_EXCEPTION = "FIRST_EXCEPTION";
/** Return when all futures are done. */
export const ALL_COMPLETED = "ALL_COMPLETED";

/** Options of {@linkcode wait}. */
export interface WaitOptions {
  /** The longest to wait, in seconds; `null`, the default, is for ever. */
  timeout?: number | null;
  /** When to return, by default when all are done. */
  returnWhen?: ReturnWhen;
}

/** What {@linkcode wait} returns. */
export interface WaitResult<F extends Future<unknown>> {
  /** The futures that are done. */
  done: Set<F>;
  /** The futures that are not. */
  pending: Set<F>;
}

/**
 * Waits until some futures are done, and tells which.
 *
 * It never throws their errors, and neither a timeout nor cancelling the wait
 * cancels any of them.
 *
 * @typeParam F The type of the futures.
 * @param futures Futures or tasks; duplicates count once.
 * @param options A timeout in seconds, and when to return.
 * @returns A coroutine of those done and those pending.
 * @throws {RangeError} If there are no futures.
 * @throws {TypeError} If one is not a future: create tasks of coroutines.
 *
 * @example The first of two tasks
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const fast = asyncio.createTask(asyncio.sleep(0.01));
 *   const slow = asyncio.createTask(asyncio.sleep(60));
 *   const { done, pending } = await asyncio.wait([fast, slow], {
 *     returnWhen: asyncio.FIRST_COMPLETED,
 *   });
 *   assert.ok(done.has(fast) && pending.has(slow));
 *   slow.cancel();
 * });
 * ```
 */
export function wait<F extends Future<unknown>>(
  futures: Iterable<F>,
  options: WaitOptions = {},
): Coroutine<WaitResult<F>> {
  const { timeout = null, returnWhen = ALL_COMPLETED } = options;
  if (!isList(futures)) {
    throw new TypeError("Cannot wait: expected a list of futures");
  }
  const unique = new Set(futures);
  if (unique.size === 0) throw new RangeError("Cannot wait: no futures given");
  for (const future of unique) {
    if (future instanceof Future) continue;
    throw new TypeError(
      "Cannot wait: expected futures, use createTask() for coroutines",
    );
  }
  if (![FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED].includes(returnWhen)) {
    throw new RangeError(`Cannot wait: unknown returnWhen "${returnWhen}"`);
  }
  return leafOperation("wait", waitSteps(unique, timeout, returnWhen));
}

function* waitSteps<F extends Future<unknown>>(
  futures: Set<F>,
  timeout: number | null,
  returnWhen: ReturnWhen,
): CoroutineGenerator<WaitResult<F>> {
  const loop = currentLoop();
  const waiter = loop.createFuture<void>().named("wait");
  const timer = timeout === null
    ? null
    : new Timer(loop.time() + timeout, { run: () => release(waiter) });
  if (timer !== null) loop.scheduler.schedule(timer, timeout! <= 0);
  let left = futures.size;
  const note = (future: F): void => {
    left--;
    if (left > 0 && !endsWait(future, returnWhen)) return;
    timer?.cancel();
    release(waiter);
  };
  const task = currentScope()?.task ?? null;
  const watchers = [...futures].map((future) =>
    new DoneWatcher(future, note, () => task)
  );
  try {
    yield* waiter;
  } finally {
    timer?.cancel();
    for (const watcher of watchers) watcher.stop();
  }
  return partition(futures);
}

function endsWait(future: Future<unknown>, returnWhen: ReturnWhen): boolean {
  if (returnWhen === FIRST_COMPLETED) return true;
  return returnWhen === FIRST_EXCEPTION && !future.cancelled() &&
    future.exception() !== null;
}

function partition<F extends Future<unknown>>(
  futures: Set<F>,
): WaitResult<F> {
  const done = new Set<F>();
  const pending = new Set<F>();
  for (const future of futures) (future.done() ? done : pending).add(future);
  return { done, pending };
}

/** Completes a future that somebody else may have completed already. */
export function release(waiter: Future<void>): void {
  if (!waiter.done()) waiter.setResult();
}
