import type { Suspension } from "./awaitables.ts";
import { type Coroutine, directOperation } from "./coroutines.ts";
import {
  type AnyNativeWait,
  type DirectSteps,
  WAIT,
  type WaitingSteps,
} from "./direct_steps.ts";
import { CancelledError } from "./errors.ts";
import type { Future } from "./futures.ts";
import type { Steps } from "./strand.ts";
import { answerProbe, probe, type ProbedWait } from "./suspended_frames.ts";
import { type Interruption, SCHEDULED, TAKEN } from "./waits.ts";

/** A place in a queue of waiters; its future is done when it is woken. */
export interface Place {
  /** What is waited for. */
  readonly future: Future<void>;
}

/**
 * An operation on an object that waits in a queue until it can be done. Both
 * coroutine styles are derived from these five functions, neither with a
 * generator.
 *
 * @typeParam R The object it is an operation of.
 * @typeParam A Its argument.
 * @typeParam T Its result.
 * @typeParam P A place in the queue of waiters.
 */
export interface WaitOperation<R, A, T, P extends Place> {
  /** Its name, for reports. */
  readonly name: string;
  /** Does it now, or returns `WAIT`. */
  attempt(receiver: R, argument: A): T | typeof WAIT;
  /** Takes a place in the queue of waiters. */
  enter(receiver: R): P;
  /** Gives the place back, whatever came of the wait. */
  leave(receiver: R, place: P): void;
  /** Was woken, and has left: does it, or returns `WAIT` to wait again. */
  finish(receiver: R, argument: A, place: P): T | typeof WAIT;
  /** The wait failed, and has left: hands on a wake-up that it got. */
  abandon(receiver: R, place: P, error: unknown): void;
}

/** Makes the coroutine of a wait operation. */
export function waitOperation<R, A, T, P extends Place>(
  operation: WaitOperation<R, A, T, P>,
  receiver: R,
  argument: A,
): Coroutine<T> {
  const steps = new WaitSteps(operation, receiver, argument);
  return directOperation(operation.name, steps);
}

/**
 * One wait in an operation.
 *
 * | `#place` | the operation                                    |
 * |----------|--------------------------------------------------|
 * | none     | has not begun, or is over                        |
 * | set      | waits for its future, or that is done and a step follows |
 */
export class WaitSteps<R, A, T, P extends Place>
  implements Steps<T>, DirectSteps, WaitingSteps, ProbedWait {
  readonly #operation: WaitOperation<R, A, T, P>;
  readonly #receiver: R;
  readonly #argument: A;
  #place: P | null = null;

  /** Creates the steps of one call. */
  constructor(
    operation: WaitOperation<R, A, T, P>,
    receiver: R,
    argument: A,
  ) {
    this.#operation = operation;
    this.#receiver = receiver;
    this.#argument = argument;
  }

  /** With `done` the iterator result of a wait in a generator. */
  get value(): Future<void> {
    return this.#place!.future;
  }

  get done(): false {
    return false;
  }

  get answersProbes(): true {
    return true;
  }

  get alone(): true {
    return true;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Suspension, T> {
    if (probe.asking) return answerProbe(this);
    const outcome = this.#place === null ? this.attempt() : this.#finish();
    if (outcome !== WAIT) return { done: true, value: outcome };
    this.#enter();
    return this;
  }

  return(value: T): IteratorResult<Suspension, T> {
    this.#abandon(undefined);
    return { done: true, value };
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    this.#abandon(error);
    throw error;
  }

  attempt(): T | typeof WAIT {
    return this.#operation.attempt(this.#receiver, this.#argument);
  }

  begin(wait: AnyNativeWait): void {
    this.#enter().addWaiter(wait);
    wait.park(this);
  }

  conclude(wait: AnyNativeWait, due: CancelledError | null): void {
    const { value } = this;
    if (due !== null || value.failed) {
      const outcome = value.takeOutcome();
      const kept = due === null || outcome instanceof CancelledError;
      const error = kept ? outcome : due;
      this.#abandon(error);
      return wait.resume(true, error);
    }
    let outcome: T | typeof WAIT;
    try {
      outcome = this.#finish();
      if (outcome === WAIT) return this.begin(wait);
    } catch (error) {
      return wait.resume(true, error);
    }
    wait.resume(false, outcome);
  }

  describe(): string {
    return this.#operation.name;
  }

  interrupt(_wait: AnyNativeWait, message: string | undefined): Interruption {
    return this.value.cancel(message) ? TAKEN : SCHEDULED;
  }

  #enter(): Future<void> {
    const place = this.#operation.enter(this.#receiver);
    this.#place = place;
    return place.future.named(this.#operation.name);
  }

  #finish(): T | typeof WAIT {
    const place = this.#leave()!;
    return this.#operation.finish(this.#receiver, this.#argument, place);
  }

  #abandon(error: unknown): void {
    const place = this.#leave();
    if (place !== null) this.#operation.abandon(this.#receiver, place, error);
  }

  #leave(): P | null {
    const place = this.#place;
    this.#place = null;
    if (place !== null) this.#operation.leave(this.#receiver, place);
    return place;
  }
}
