import { CancelledError, RuntimeError } from "./errors.ts";
import type { Future } from "./futures.ts";
import { NativeWait } from "./native_wait.ts";
import { currentScope } from "./running.ts";
import { type Interruption, SCHEDULED, TAKEN } from "./waits.ts";

/** The wait of native code for a future: what `await future` registers. */
export class FutureWait<T, F, R> extends NativeWait<T, F, R> {
  readonly #future: Future<T>;
  #misuse: RuntimeError | null = null;

  /** Creates the wait; `begin` registers it. */
  constructor(
    future: Future<T>,
    onFulfilled: (value: T) => F | PromiseLike<F>,
    onRejected: (reason: unknown) => R | PromiseLike<R>,
  ) {
    super(future.loop, currentScope(), onFulfilled, onRejected);
    this.#future = future;
  }

  /** Waits for the future, or goes on at once if it is done. */
  begin(): void {
    const future = this.#future;
    if (this.refuse()) return;
    if (future as unknown === this.scope?.task) return this.#refuseSelf();
    if (future.done()) return this.settle(future.failed, future.takeOutcome());
    future.addWaiter(this);
    this.park();
  }

  /** A task that awaits itself would wait for ever. */
  #refuseSelf(): void {
    const name = this.scope!.task.getName();
    this.#misuse = new RuntimeError(
      `Cannot wait in task '${name}': it is itself`,
    );
    this.loop.enqueue(this);
    this.park();
  }

  interrupt(message: string | undefined): Interruption {
    if (this.#misuse !== null) return SCHEDULED;
    return this.#future.cancel(message) ? TAKEN : SCHEDULED;
  }

  protected conclude(due: CancelledError | null): void {
    if (this.#misuse !== null) return this.resume(true, due ?? this.#misuse);
    const future = this.#future;
    const outcome = future.takeOutcome();
    if (due === null || outcome instanceof CancelledError) {
      this.resume(future.failed, outcome);
    } else this.resume(true, due);
  }
}
