import type { CoroutineLike } from "./awaitables.ts";
import { ensureFuture, ensureFutureOn } from "./ensure_future.ts";
import type { Future } from "./futures.ts";

/**
 * Makes a future of each source, one for a source that is given twice. A
 * function given twice is two coroutines: it makes a new one at each call.
 *
 * @param note Called with each future as soon as it is made.
 * @returns The futures, in the order of the sources, duplicates repeated.
 * @throws {RangeError} If they belong to different loops.
 */
export function distinctFutures<T>(
  sources: Iterable<CoroutineLike<T>>,
  note: (future: Future<T>) => void = () => {},
): Future<T>[] {
  const known = new Map<CoroutineLike<T>, Future<T>>();
  let first: Future<T> | undefined;
  return Array.from(sources, (source) => {
    const twin = known.get(source);
    if (twin !== undefined) return twin;
    const future = first === undefined
      ? ensureFuture(source)
      : ensureFutureOn(first.getLoop(), source);
    first ??= future;
    if (typeof source !== "function") known.set(source, future);
    note(future);
    return future;
  });
}
