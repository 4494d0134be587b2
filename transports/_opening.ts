import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";

/**
 * Waits for something that the runtime opens. If the wait is cancelled, or
 * `signal` aborts, opening is aborted; what is open all the same is closed.
 *
 * @throws The reason of `signal`, if it aborts.
 */
export function* waitForOpening<T>(
  open: (signal: AbortSignal) => Promise<T>,
  close: (opened: T) => void,
  signal?: AbortSignal,
): CoroutineGenerator<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort);
  const opening = open(controller.signal);
  try {
    return yield* wrapFuture(opening);
  } catch (error) {
    abort();
    opening.then(close, () => {});
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
