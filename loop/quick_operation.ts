import type { Suspension } from "./awaitables.ts";
import { Coroutine } from "./coroutines.ts";
import type { NativeReaction } from "./native_reaction.ts";
import { NativeStrand } from "./native_strand.ts";
import type { Steps } from "./strand.ts";

/**
 * An operation that mostly need not wait, such as acquiring a lock: it makes
 * steps only where it must. Like a leaf operation it runs no code but the
 * library's after a wait.
 *
 * @typeParam R The object it is an operation of.
 * @typeParam A Its argument.
 * @typeParam T Its result.
 */
export interface QuickOperation<R, A, T> {
  /** Its name, for reports. */
  readonly name: string;
  /** Tells whether `now` may be called instead of making the steps. */
  ready(receiver: R, argument: A): boolean;
  /** Does it without waiting. */
  now(receiver: R, argument: A): T;
  /** Makes the steps of doing it, whether it must wait or not. */
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
    return quickSteps(this.#operation, this.#receiver, this.#argument);
  }

  protected override beginFor<F, E>(reaction: NativeReaction<T, F, E>): void {
    const operation = this.#operation;
    if (operation.ready(this.#receiver, this.#argument)) {
      reaction.settle(false, operation.now(this.#receiver, this.#argument));
    } else {
      const steps = operation.steps(this.#receiver, this.#argument);
      new NativeStrand(reaction, steps, true).begin();
    }
  }
}

/** Returns steps that do without a generator if the operation is ready. */
export function quickSteps<R, A, T>(
  operation: QuickOperation<R, A, T>,
  receiver: R,
  argument: A,
): Steps<T> {
  return operation.ready(receiver, argument)
    ? new QuickSteps(operation, receiver, argument)
    : operation.steps(receiver, argument);
}

/** Does the operation in its first step, unless it must wait by then. */
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
    const operation = this.#operation;
    if (operation.ready(this.#receiver, this.#argument)) {
      const result = operation.now(this.#receiver, this.#argument);
      return { done: true, value: result };
    }
    this.#steps = operation.steps(this.#receiver, this.#argument);
    return this.#steps.next();
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    if (this.#steps === null) throw error;
    return this.#steps.throw!(error);
  }
}
