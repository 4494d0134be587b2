import type { Suspension } from "./awaitables.ts";
import { RuntimeError } from "./errors.ts";
import type { Future } from "./futures.ts";
import { answerProbe, probe } from "./suspended_frames.ts";

/**
 * The steps of `yield* future`: hands the future to the task if it is pending,
 * then returns its result. Written by hand, for a generator costs more, and its
 * own result for as long as it waits, which spares another object.
 */
export class FutureSteps<T>
  implements Iterator<Suspension, T, unknown>, IteratorYieldResult<Suspension> {
  readonly value: Future<unknown>;
  readonly done = false;
  #yielded = false;

  /** Creates the steps of one wait. */
  constructor(future: Future<T>) {
    this.value = future as Future<unknown>;
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
}
