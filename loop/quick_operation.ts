import type { Suspension } from "./awaitables.ts";
import { Coroutine } from "./coroutines.ts";
import type { NativeReaction } from "./native_reaction.ts";
import { NativeStrand } from "./native_strand.ts";
import type { Steps } from "./strand.ts";

/** Returned by an attempt that cannot succeed without waiting. */
export const WAIT: unique symbol = Symbol("wait");

/**
 * An operation that mostly need not wait, such as taking an item from a queue:
 * it is attempted first, and only if that fails steps are made. Like a leaf
 * operation it runs no code but the library's after a wait.
 *
 * @typeParam R The object it is an operation of.
 * @typeParam A Its argument.
 * @typeParam T Its result.
 */
export interface QuickOperation<R, A, T> {
  /** Its name, for reports. */
  readonly name: string;
  /** Does it now, or returns `WAIT`; what it throws is what it comes to. */
  attempt(receiver: R, argument: A): T | typeof WAIT;
  /** Makes the steps of doing it, after an attempt that returned `WAIT`. */
  steps(receiver: R, argument: A): Steps<T>;
}

/** Makes the coroutine of a quick operation. */
export function quickOperation<R, A, T>(
  operation: QuickOperation<R, A, T>,
  receiver: R,
  argument: A,
): Coroutine<T> {
  return new QuickCoroutine(operation, receiver, argument);
}

class QuickCoroutine<R, A, T> extends Coroutine<T> {
  readonly #operation: QuickOperation<R, A, T>;
  readonly #receiver: R;
  readonly #argument: A;

  constructor(operation: QuickOperation<R, A, T>, receiver: R, argument: A) {
    super(operation.name, null, true);
    this.#operation = operation;
    this.#receiver = receiver;
    this.#argument = argument;
  }

  protected override makeSteps(): Steps<T> {
    return new QuickSteps(this.#operation, this.#receiver, this.#argument);
  }

  protected override beginFor<F, E>(reaction: NativeReaction<T, F, E>): void {
    const operation = this.#operation;
    const value = operation.attempt(this.#receiver, this.#argument);
    if (value !== WAIT) return reaction.settle(false, value);
    const steps = operation.steps(this.#receiver, this.#argument);
    new NativeStrand(reaction, steps, true, this.name).begin();
  }
}

/** Attempts the operation in the first step, and steps on only if it waits. */
class QuickSteps<R, A, T> implements Iterator<Suspension, T, unknown> {
  readonly #operation: QuickOperation<R, A, T>;
  readonly #receiver: R;
  readonly #argument: A;
  #steps: Steps<T> | null = null;

  constructor(operation: QuickOperation<R, A, T>, receiver: R, argument: A) {
    this.#operation = operation;
    this.#receiver = receiver;
    this.#argument = argument;
  }

  next(value?: unknown): IteratorResult<Suspension, T> {
    if (this.#steps !== null) return this.#steps.next(value);
    const result = this.#operation.attempt(this.#receiver, this.#argument);
    if (result !== WAIT) return { done: true, value: result };
    this.#steps = this.#operation.steps(this.#receiver, this.#argument);
    return this.#steps.next();
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    if (this.#steps === null) throw error;
    return this.#steps.throw!(error);
  }
}
