import type { Body, Suspension } from "./awaitables.ts";
import { BodyPromise } from "./body_promise.ts";
import { scopeStorage } from "./context.ts";
import { running } from "./running.ts";
import { isSteppable } from "./steps.ts";
import type { Steps } from "./strand.ts";

/**
 * Runs a body function in the caller's task, inside the innermost scope of the
 * strand; used as `yield* runBody(body, ...)` in the generator of an operation.
 */
export function runBody<T, A extends unknown[]>(
  body: Body<T, A>,
  ...args: A
): BodySteps<T, A> {
  return new BodySteps(body, args);
}

/**
 * The steps of one call of a body: those of what it returned, or one that
 * waits for its promise. Every task is stepped through this; a generator would
 * be slower, and hold more memory.
 */
class BodySteps<T, A extends unknown[]> implements Steps<T> {
  readonly #body: Body<T, A>;
  readonly #args: A;
  /** What the body returned is in native code's hands. */
  #promised = false;
  #inner: Steps<T> | null = null;

  constructor(body: Body<T, A>, args: A) {
    this.#body = body;
    this.#args = args;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(value?: unknown): IteratorResult<Suspension, T> {
    if (this.#inner !== null) return this.#inner.next(value);
    if (this.#promised) return { done: true, value: value as T };
    return this.#begin();
  }

  return(value: T): IteratorResult<Suspension, T> {
    return this.#inner?.return?.(value) ?? { done: true, value };
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    if (this.#inner === null) throw error;
    return this.#inner.throw!(error);
  }

  #begin(): IteratorResult<Suspension, T> {
    const body = this.#body;
    if (typeof body !== "function") throw refusal(`received ${body}`);
    const { scope } = running.strand!;
    const subject = scopeStorage.getStore() === scope
      ? body(...this.#args)
      : scopeStorage.run(scope, body, ...this.#args);
    if (isSteppable<T>(subject)) {
      this.#inner = subject[Symbol.iterator]();
      return this.#inner.next();
    }
    if (isPromiseLike(subject)) {
      this.#promised = true;
      return { done: false, value: new BodyPromise(subject) };
    }
    throw refusal(`but ${body.name || "the function"} returned ${subject}`);
  }
}

function refusal(problem: string): TypeError {
  return new TypeError(
    "Cannot run coroutine: expected an async function or a generator " +
      `function, ${problem}`,
  );
}

/** Tells whether a value has a `then` method. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then ===
    "function";
}
