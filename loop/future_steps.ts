import type { Suspension } from "./awaitables.ts";
import type { AnyNativeWait, WaitingSteps } from "./direct_steps.ts";
import { CancelledError, RuntimeError } from "./errors.ts";
import type { Future } from "./futures.ts";
import type { Steps } from "./strand.ts";
import { failAtOnce, NativeWait, passOn } from "./native_wait.ts";
import { currentScope } from "./running.ts";
import { answerProbe, probe, type ProbedWait } from "./suspended_frames.ts";
import { type Interruption, SCHEDULED, TAKEN } from "./waits.ts";

/**
 * One wait for a future, of `yield* future` and of `await future`.
 *
 * In a generator it hands the future to the task if it is pending, then
 * returns its result. Written by hand, for a generator costs more, and its own
 * iterator result for as long as it waits, which spares another object.
 */
export class FutureSteps<T> implements Steps<T>, WaitingSteps, ProbedWait {
  readonly value: Future<unknown>;
  readonly done = false;
  #yielded = false;
  /** An error to throw whatever becomes of the future. */
  #injected: Error | null = null;

  /** Creates the steps of one wait. */
  constructor(future: Future<T>) {
    this.value = future as Future<unknown>;
  }

  get answersProbes(): true {
    return true;
  }

  next(): IteratorResult<Suspension, T> {
    const future = this.value as Future<T>;
    if (future.done()) return { done: true, value: future.result() };
    if (!this.#yielded) {
      this.#yielded = true;
      return this;
    }
    if (probe.asking) return answerProbe(this);
    throw new RuntimeError("yield* was not used with future");
  }

  return(value: T): IteratorResult<Suspension, T> {
    return { done: true, value };
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    throw error;
  }

  /** Begins for native code: settles the wait, or parks it. */
  begin(wait: AnyNativeWait): void {
    const future = this.value as Future<T>;
    if (future as unknown === wait.scope?.task) {
      return this.#refuse(wait, "it is itself");
    }
    if (future.done()) return wait.settle(future.failed, future.takeOutcome());
    if (future.loop !== wait.loop) {
      return this.#refuse(wait, "the future is attached to a different loop");
    }
    future.addWaiter(wait);
    wait.park(this);
  }

  conclude(wait: AnyNativeWait, due: CancelledError | null): void {
    const injected = this.#injected;
    if (injected instanceof CancelledError) return wait.resume(true, injected);
    if (injected !== null) return wait.resume(true, due ?? injected);
    const future = this.value;
    const outcome = future.takeOutcome();
    if (due === null || outcome instanceof CancelledError) {
      wait.resume(future.failed, outcome);
    } else wait.resume(true, due);
  }

  describe(): string {
    return this.value.describeAsAwaited();
  }

  interrupt(_wait: AnyNativeWait, message: string | undefined): Interruption {
    if (this.#injected !== null) return SCHEDULED;
    return this.value.cancel(message) ? TAKEN : SCHEDULED;
  }

  breakOff(wait: AnyNativeWait, message: string | undefined): void {
    if (this.value.done() || this.#injected !== null) return;
    this.value.removeWaiter(wait);
    this.#injected = new CancelledError(message);
    wait.loop.enqueue(wait);
  }

  /** Throws in the next iteration: a task could wait for ever otherwise. */
  #refuse(wait: AnyNativeWait, reason: string): void {
    const name = wait.scope!.task.getName();
    this.#injected = new RuntimeError(
      `Cannot wait in task '${name}': ${reason}`,
    );
    wait.loop.enqueue(wait);
    wait.park(this);
  }
}

/** Waits for a future in native code: what its `then` does. */
export function awaitFuture<T, F, R>(
  future: Future<T>,
  onFulfilled: (value: T) => F | PromiseLike<F>,
  onRejected: (reason: unknown) => R | PromiseLike<R>,
): Promise<F | R> {
  const scope = currentScope();
  const loop = scope?.task.loop ?? future.loop;
  try {
    scope?.task.throwIfAdrift(scope);
  } catch (error) {
    return failAtOnce(loop, scope, onFulfilled, onRejected, error);
  }
  if (future.done() && !future.failed) {
    return passOn(loop, scope, onFulfilled, onRejected, future.result());
  }
  const wait = new NativeWait(loop, scope, onFulfilled, onRejected);
  new FutureSteps(future).begin(wait);
  return wait;
}
