import type { Future } from "./futures.ts";
import type { Runnable } from "./timer_queue.ts";

/**
 * A done callback of the library itself: one handle, like a user's, but it
 * keeps no async context.
 */
export class DoneWatcher<F extends Future<unknown>> implements Runnable {
  readonly #future: F;
  readonly #callback: (future: F) => void;
  readonly #owner: (() => Future<unknown> | null) | undefined;

  /**
   * Calls back when the future is done, until `stop`; `owner` tells who waits
   * for it that way.
   */
  constructor(
    future: F,
    callback: (future: F) => void,
    owner?: () => Future<unknown> | null,
  ) {
    this.#future = future;
    this.#callback = callback;
    this.#owner = owner;
    future.addWaiter(this);
  }

  /** Stops watching; a call that is already scheduled still comes. */
  stop(): void {
    this.#future.removeWaiter(this);
  }

  awaiter(): Future<unknown> | null {
    return this.#owner?.() ?? null;
  }

  run(): void {
    this.#callback(this.#future);
  }
}
