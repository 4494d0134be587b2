import type { Suspension } from "./awaitables.ts";
import { type Coroutine, directOperation } from "./coroutines.ts";
import { type AnyNativeWait, type DirectSteps, WAIT } from "./direct_steps.ts";
import { NativeStrand } from "./native_strand.ts";
import type { Steps } from "./strand.ts";

/**
 * An operation that mostly need not wait, and that waits for more than a place
 * in a queue: it is attempted first, and only if that fails steps are made.
 * Like a leaf operation it runs no code but the library's after a wait.
 *
 * @typeParam R The object it is an operation of.
 * @typeParam T Its result.
 */
export interface QuickOperation<R, T> {
  /** Its name, for reports. */
  readonly name: string;
  /** Does it now, or returns `WAIT`; what it throws is what it comes to. */
  attempt(receiver: R): T | typeof WAIT;
  /** Makes the steps of doing it, after an attempt that returned `WAIT`. */
  steps(receiver: R): Steps<T>;
}

/** Makes the coroutine of a quick operation. */
export function quickOperation<R, T>(
  operation: QuickOperation<R, T>,
  receiver: R,
): Coroutine<T> {
  const steps = new QuickSteps(operation, receiver);
  return directOperation(operation.name, steps);
}

/** Attempts the operation in the first step, and steps on only if it waits. */
class QuickSteps<R, T> implements Steps<T>, DirectSteps {
  readonly #operation: QuickOperation<R, T>;
  readonly #receiver: R;
  #steps: Steps<T> | null = null;

  constructor(operation: QuickOperation<R, T>, receiver: R) {
    this.#operation = operation;
    this.#receiver = receiver;
  }

  get alone(): false {
    return false;
  }

  next(value?: unknown): IteratorResult<Suspension, T> {
    if (this.#steps !== null) return this.#steps.next(value);
    const result = this.attempt();
    if (result !== WAIT) return { done: true, value: result };
    this.#steps = this.#operation.steps(this.#receiver);
    return this.#steps.next();
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    if (this.#steps === null) throw error;
    return this.#steps.throw!(error);
  }

  attempt(): T | typeof WAIT {
    return this.#operation.attempt(this.#receiver);
  }

  begin(wait: AnyNativeWait): void {
    const operation = this.#operation;
    const steps = operation.steps(this.#receiver);
    new NativeStrand(wait, steps, true, operation.name).begin();
  }
}
