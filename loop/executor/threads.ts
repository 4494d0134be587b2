import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import type { CoroutineGenerator, CoroutineLike } from "../awaitables.ts";
import { type Coroutine, operation } from "../coroutines.ts";
import type { Future } from "../futures.ts";
import { currentLoop } from "../running.ts";
import { checkCoroutineLike } from "../steps.ts";
import { LinkedFuture } from "./linked_future.ts";
import type { WorkFunction } from "./work.ts";

/**
 * Runs a function in a thread of the default executor.
 *
 * The function is sent as text: it cannot use anything outside itself but its
 * arguments, which are copied (see {@linkcode transfer}), and what every worker
 * has. Modules it can `import()` by their absolute name. Values of
 * AsyncLocalStorage do not reach it.
 *
 * Cancelling the wait asks the function to stop, see {@linkcode Job}; one that
 * does not look runs on.
 *
 * @typeParam R The type of the result.
 * @typeParam A The types of the arguments.
 * @param work A function, maybe async; `this` is its {@linkcode Job}.
 * @param args Its arguments.
 * @returns A coroutine of what the function returns.
 * @throws {TypeError} If the function or an argument cannot be sent.
 *
 * @example Counting without blocking the loop
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * function countPrimes(limit: number) {
 *   let count = 0;
 *   for (let n = 2; n < limit; n++) {
 *     let divisor = 2;
 *     while (n % divisor !== 0) divisor++;
 *     if (divisor === n) count++;
 *   }
 *   return count;
 * }
 *
 * await asyncio.run(async () => {
 *   assert.equal(await asyncio.toThread(countPrimes, 1000), 168);
 * });
 * ```
 */
export function toThread<R, A extends unknown[]>(
  work: WorkFunction<R, A>,
  ...args: A
): Coroutine<R> {
  return operation("toThread", runInThread(work, args));
}

function* runInThread<R, A extends unknown[]>(
  work: WorkFunction<R, A>,
  args: A,
): CoroutineGenerator<R> {
  return yield* currentLoop().runInExecutor(null, work, ...args);
}

/**
 * Runs a coroutine on another event loop than the caller's.
 *
 * Loops of the same thread need it to wait for each other; a worker reaches the
 * loop of another thread by a {@linkcode RemoteLoop}. Cancelling the future
 * cancels the task, and the other way round.
 *
 * @typeParam T The type of the result.
 * @param source A coroutine, a generator object, a future or a function.
 * @param loop The loop to run it on.
 * @returns A future of the caller's loop.
 * @throws {TypeError} If the source cannot be run, such as a started promise.
 *
 * @example Two loops
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const other = new asyncio.DenoEventLoop();
 * const running = other.runForever();
 * const future = asyncio.runCoroutineThreadsafe(
 *   () => asyncio.sleep(0.01, "slept there"),
 *   other,
 * );
 * assert.equal(await future, "slept there");
 * other.stop();
 * await running;
 * other.close();
 * ```
 */
export function runCoroutineThreadsafe<T>(
  source: CoroutineLike<T>,
  loop: AbstractEventLoop,
): Future<T> {
  checkCoroutineLike(source, "run coroutine");
  const future = new LinkedFuture<T>(currentLoop());
  loop.callSoonThreadsafe(() => future.link(() => loop.createTask(source)));
  return future;
}
