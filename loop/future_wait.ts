import type { Future } from "./futures.ts";
import { NativeWait } from "./native_wait.ts";
import { type Interruption, SCHEDULED, TAKEN } from "./waits.ts";

/** The wait of native code for a future: what `await future` registers. */
export class FutureWait<T, F, R> extends NativeWait<T, F, R> {
  readonly #future: Future<T>;

  /** Creates the wait; `begin` registers it. */
  constructor(
    future: Future<T>,
    onFulfilled: (value: T) => F | PromiseLike<F>,
    onRejected: (reason: unknown) => R | PromiseLike<R>,
  ) {
    super(future.loop, onFulfilled, onRejected);
    this.#future = future;
  }

  /** Waits for the future, or goes on at once if it is done. */
  begin(): void {
    const future = this.#future;
    if (this.refuse()) return;
    if (future.done()) return this.settle(future.failed, future.takeOutcome());
    future.addWaiter(this);
    this.park();
  }

  interrupt(message: string | undefined): Interruption {
    return this.#future.cancel(message) ? TAKEN : SCHEDULED;
  }

  protected conclude(): void {
    const future = this.#future;
    this.resume(future.failed, future.takeOutcome());
  }
}
