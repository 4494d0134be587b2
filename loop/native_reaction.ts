import { hop } from "./host.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import type { Scope } from "./scope.ts";

/** A callback given to `then`; V8 gives native ones, for every `await`. */
export type Reaction<T, R> =
  | ((value: T) => R | PromiseLike<R>)
  | null
  | undefined;

/** A promise and what settles it. */
type Chain<T> = PromiseWithResolvers<T>;

/** Stands for a chain that is resolved with nothing: what V8's callbacks do. */
const ENDED: unique symbol = Symbol("ended");

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
  /** What became of the callbacks; made when needed. */
  #chain: Chain<F | R> | typeof ENDED | null = null;

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
    const { scheduler } = this.loop;
    if (!scheduler.sliceIsOver()) return this.resume(failed, value);
    // It could go on for ever: the host has its turn, then everybody else.
    const mover = this.scope?.task ?? scheduler.outside;
    scheduler.move(mover);
    hop(() => {
      scheduler.settle(mover);
      scheduler.append({ run: () => this.resume(failed, value) });
    });
  }

  /** Lets the native code go on. */
  resume(failed: boolean, value: unknown): void {
    const { scheduler } = this.loop;
    scheduler.move(this.scope?.task ?? scheduler.outside);
    try {
      const result = failed
        ? this.#onRejected(value)
        : this.#onFulfilled(value as T);
      // Mostly V8 waits, whose callbacks return nothing.
      if (this.#chain === null && result === undefined) this.#chain = ENDED;
      else this.#openChain().resolve(result);
    } catch (error) {
      this.#openChain().reject(error);
    }
  }

  #openChain(): Chain<F | R> {
    if (this.#chain === null || this.#chain === ENDED) {
      const ended = this.#chain === ENDED;
      this.#chain = Promise.withResolvers<F | R>();
      if (ended) this.#chain.resolve(undefined as F | R);
    }
    return this.#chain;
  }

  then<A = F | R, B = never>(
    onFulfilled?: Reaction<F | R, A>,
    onRejected?: Reaction<unknown, B>,
  ): Promise<A | B> {
    return this.#openChain().promise.then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: Reaction<unknown, B>): Promise<F | R | B> {
    return this.#openChain().promise.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<F | R> {
    return this.#openChain().promise.finally(onFinally);
  }

  get [Symbol.toStringTag](): string {
    return "Promise";
  }
}
