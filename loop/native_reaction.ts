import { hop } from "./host.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import type { Scope } from "./scope.ts";

/** A callback given to `then`; V8 gives native ones, for every `await`. */
export type Reaction<T, R> =
  | ((value: T) => R | PromiseLike<R>)
  | null
  | undefined;

/**
 * What `then` of a Future or Coroutine returns: it resumes the native code
 * that waits, and at the same time it is something to chain on.
 *
 * V8 calls `then` for every `await` and ignores what it returns, and its call
 * cannot be told apart from one by hand. So a promise is made only when
 * somebody chains.
 */
export class NativeReaction<T, F = T, R = never> implements Promise<F | R> {
  /** The region of the task that waits, `null` outside any task. */
  readonly scope: Scope | null;
  /** The loop that the wait belongs to. */
  readonly loop: BaseEventLoop;
  readonly #onFulfilled: (value: T) => F | PromiseLike<F>;
  readonly #onRejected: (reason: unknown) => R | PromiseLike<R>;
  #ended = false;
  #result: F | R | PromiseLike<F | R> | undefined;
  #promise: Promise<F | R> | null = null;
  #resolvers: PromiseWithResolvers<F | R> | null = null;

  /** Creates the reaction of native code that runs in a scope. */
  constructor(
    loop: BaseEventLoop,
    scope: Scope | null,
    onFulfilled: (value: T) => F | PromiseLike<F>,
    onRejected: (reason: unknown) => R | PromiseLike<R>,
  ) {
    this.loop = loop;
    this.scope = scope;
    this.#onFulfilled = onFulfilled;
    this.#onRejected = onRejected;
  }

  /**
   * Rejects at once if the task was cancelled while it stood in a foreign
   * promise.
   *
   * @returns Whether it did.
   */
  refuse(): boolean {
    if (this.scope === null) return false;
    const error = this.scope.task.takeAdriftCancellation(this.scope);
    if (error === null) return false;
    this.settle(true, error);
    return true;
  }

  /** Ends the wait without a handle: it did not have to suspend. */
  settle(failed: boolean, value: unknown): void {
    if (!this.loop.scheduler.sliceIsOver()) return this.resume(failed, value);
    hop(() => this.resume(failed, value));
  }

  /** Lets the native code go on. */
  resume(failed: boolean, value: unknown): void {
    const { scheduler } = this.loop;
    scheduler.move(this.scope?.task.mover ?? scheduler.outside);
    try {
      const result = failed
        ? this.#onRejected(value)
        : this.#onFulfilled(value as T);
      if (this.#resolvers !== null) this.#resolvers.resolve(result);
      else this.#result = result;
    } catch (error) {
      if (this.#resolvers !== null) this.#resolvers.reject(error);
      else this.#promise = Promise.reject(error);
    }
    this.#ended = true;
  }

  /** The promise for the outcome of the callbacks, made when first wanted. */
  #asPromise(): Promise<F | R> {
    if (this.#promise !== null) return this.#promise;
    if (this.#ended) {
      return this.#promise = Promise.resolve(this.#result as F | R);
    }
    this.#resolvers = Promise.withResolvers<F | R>();
    return this.#promise = this.#resolvers.promise;
  }

  then<A = F | R, B = never>(
    onFulfilled?: Reaction<F | R, A>,
    onRejected?: Reaction<unknown, B>,
  ): Promise<A | B> {
    return this.#asPromise().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: Reaction<unknown, B>): Promise<F | R | B> {
    return this.#asPromise().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<F | R> {
    return this.#asPromise().finally(onFinally);
  }

  get [Symbol.toStringTag](): string {
    return "Promise";
  }
}
