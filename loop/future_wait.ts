import { CancelledError, RuntimeError } from "./errors.ts";
import type { Future } from "./futures.ts";
import { NativeWait } from "./native_wait.ts";
import { currentScope } from "./running.ts";
import { type Interruption, SCHEDULED, TAKEN } from "./waits.ts";

/** The wait of native code for a future: what `await future` registers. */
export class FutureWait<T, F, R> extends NativeWait<T, F, R> {
  readonly #future: Future<T>;
  #injected: Error | null = null;

  /** Creates the wait; `begin` registers it. */
  constructor(
    future: Future<T>,
    onFulfilled: (value: T) => F | PromiseLike<F>,
    onRejected: (reason: unknown) => R | PromiseLike<R>,
  ) {
    const scope = currentScope();
    super(scope?.task.loop ?? future.loop, scope, onFulfilled, onRejected);
    this.#future = future;
  }

  /** Waits for the future, or goes on at once if it is done. */
  begin(): void {
    const future = this.#future;
    if (this.refuse()) return;
    if (future as unknown === this.scope?.task) {
      return this.#refuseWait("it is itself");
    }
    if (future.done()) return this.settle(future.failed, future.takeOutcome());
    if (future.loop !== this.loop) {
      return this.#refuseWait("the future is attached to a different loop");
    }
    future.addWaiter(this);
    this.park();
  }

  /** Throws in the next iteration: a task could wait for ever otherwise. */
  #refuseWait(reason: string): void {
    const name = this.scope!.task.getName();
    this.#injected = new RuntimeError(
      `Cannot wait in task '${name}': ${reason}`,
    );
    this.loop.enqueue(this);
    this.park();
  }

  describe(): string {
    return this.#future.describeAsAwaited();
  }

  interrupt(message: string | undefined): Interruption {
    if (this.#injected !== null) return SCHEDULED;
    return this.#future.cancel(message) ? TAKEN : SCHEDULED;
  }

  breakOff(message: string | undefined): void {
    if (this.#future.done() || this.#injected !== null) return;
    this.#future.removeWaiter(this);
    this.#injected = new CancelledError(message);
    this.loop.enqueue(this);
  }

  protected conclude(due: CancelledError | null): void {
    const injected = this.#injected;
    if (injected instanceof CancelledError) return this.resume(true, injected);
    if (injected !== null) return this.resume(true, due ?? injected);
    const future = this.#future;
    const outcome = future.takeOutcome();
    if (due === null || outcome instanceof CancelledError) {
      this.resume(future.failed, outcome);
    } else this.resume(true, due);
  }
}
