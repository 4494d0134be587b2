import type { CoroutineLike } from "./awaitables.ts";
import { DoneWatcher } from "./done_watcher.ts";
import { ensureFuture } from "./ensure_future.ts";
import type { Future } from "./futures.ts";

/**
 * Protects what is awaited from being cancelled with the one who awaits it.
 *
 * Cancelling the future that is returned leaves the inner one running; its
 * error is then marked as seen. Cancelling the inner one cancels the outer.
 *
 * @typeParam T The type of the result.
 * @param source A coroutine, a generator object, a future or a function.
 * @returns A future that ends as the inner one does; the inner one itself if
 * that is already done.
 * @throws {TypeError} If the source cannot be run, such as a started promise.
 *
 * @example Work that outlives its waiter
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const save = asyncio.createTask(asyncio.sleep(0.02, "saved"));
 *   await assert.rejects(
 *     asyncio.waitFor(asyncio.shield(save), 0.01),
 *     asyncio.TimeoutError,
 *   );
 *   assert.equal(await save, "saved");
 * });
 * ```
 */
export function shield<T>(source: CoroutineLike<T>): Future<T> {
  const inner = ensureFuture(source);
  if (inner.done()) return inner;
  const outer = inner.getLoop().createFuture<T>();
  const innerWatcher = new DoneWatcher(
    inner,
    () => copyOutcome(inner, outer),
    () => outer,
  );
  new DoneWatcher(outer, () => {
    if (!inner.done()) innerWatcher.stop();
  });
  return outer;
}

function copyOutcome<T>(inner: Future<T>, outer: Future<T>): void {
  if (outer.cancelled()) inner.markRetrieved();
  else if (inner.cancelled()) outer.cancel();
  else if (inner.failed) outer.setException(inner.takeOutcome());
  else outer.setResult(inner.result());
}
