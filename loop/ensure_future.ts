import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import type { CoroutineLike } from "./awaitables.ts";
import { Future } from "./futures.ts";
import { currentLoop } from "./running.ts";

/**
 * Returns a future for anything awaitable: a future as it is, anything else as
 * a new task.
 *
 * @typeParam T The type of the result.
 * @param source A future, a coroutine, a generator object or a function.
 * @returns The future itself, or the task that was created.
 * @throws {TypeError} If the source cannot be run, such as a started promise.
 *
 * @example A task of what is none yet
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const task = asyncio.ensureFuture(asyncio.sleep(0, "done"));
 *   assert.equal(asyncio.ensureFuture(task), task);
 *   assert.equal(await task, "done");
 * });
 * ```
 */
export function ensureFuture<T>(source: CoroutineLike<T>): Future<T> {
  if (source instanceof Future) return source;
  return currentLoop().createTask<T>(source);
}

/** As `ensureFuture`, on a given loop. */
export function ensureFutureOn<T>(
  loop: AbstractEventLoop,
  source: CoroutineLike<T>,
): Future<T> {
  if (!(source instanceof Future)) return loop.createTask<T>(source);
  if (source.getLoop() === loop) return source;
  throw new RangeError(
    "Cannot use future: it belongs to a different loop",
  );
}

/**
 * Makes a future of a native promise, so that waiting for it can be cancelled:
 * the promise is then abandoned, not stopped; stop its work by `task.signal`.
 *
 * @typeParam T The type of the result.
 * @param promise Any promise; a future is returned as it is.
 * @returns A future that ends as the promise does.
 * @throws {TypeError} If the argument has no `then` method.
 *
 * @example A wait for a promise that can time out
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const never = new Promise<void>(() => {});
 *   await assert.rejects(
 *     asyncio.waitFor(asyncio.wrapFuture(never), 0.01),
 *     asyncio.TimeoutError,
 *   );
 * });
 * ```
 */
export function wrapFuture<T>(promise: PromiseLike<T>): Future<T> {
  if (promise instanceof Future) return promise;
  if (typeof promise?.then !== "function") {
    throw new TypeError("Cannot wrap future: expected a promise");
  }
  const loop = currentLoop();
  const future = loop.createFuture<T>();
  loop.foreignPromises++;
  // A thenable of somebody else's may call back at once, or twice, or throw.
  Promise.resolve(promise).then(
    (value) => {
      loop.foreignPromises--;
      if (!future.done()) future.setResult(value);
    },
    (error) => {
      loop.foreignPromises--;
      if (!future.done()) future.setException(error);
    },
  );
  return future;
}
