import type { Suspension } from "./awaitables.ts";
import { RuntimeError } from "./errors.ts";
import type { Future } from "./futures.ts";

/**
 * The steps of `yield* future`: hands the future to the task if it is pending,
 * then returns its result. Written by hand, for a generator costs more.
 */
export class FutureSteps<T> implements Iterator<Suspension, T, unknown> {
  readonly #future: Future<T>;
  #yielded = false;

  /** Creates the steps of one wait. */
  constructor(future: Future<T>) {
    this.#future = future;
  }

  next(): IteratorResult<Suspension, T> {
    const future = this.#future;
    if (future.done()) return { done: true, value: future.result() };
    if (this.#yielded) {
      throw new RuntimeError("yield* was not used with future");
    }
    this.#yielded = true;
    return { done: false, value: future as Future<unknown> };
  }

  return(value: T): IteratorResult<Suspension, T> {
    return { done: true, value };
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    throw error;
  }
}
