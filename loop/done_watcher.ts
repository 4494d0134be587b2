import type { Future } from "./futures.ts";
import type { Runnable } from "./timer_queue.ts";

/**
 * A done callback of the library itself: one handle, like a user's, but it
 * keeps no async context.
 */
export class DoneWatcher<F extends Future<unknown>> implements Runnable {
  readonly #future: F;
  readonly #callback: (future: F) => void;

  /** Calls back when the future is done, until `stop`. */
  constructor(future: F, callback: (future: F) => void) {
    this.#future = future;
    this.#callback = callback;
    future.addWaiter(this);
  }

  /** Stops watching; a call that is already scheduled still comes. */
  stop(): void {
    this.#future.removeWaiter(this);
  }

  run(): void {
    this.#callback(this.#future);
  }
}
