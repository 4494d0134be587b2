import { awaitingFrames, failWithFrames } from "./awaiting_frames.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import type { WaitingSteps } from "./direct_steps.ts";
import type { Future } from "./futures.ts";
import { HeldWait } from "./held_wait.ts";
import { running } from "./running.ts";
import type { Scope } from "./scope.ts";
import type { Runnable } from "./timer_queue.ts";
import { type Interruption, SCHEDULED, type Wait } from "./waits.ts";

/** A callback given to `then`; V8 gives native ones, for every `await`. */
export type Reaction<T, R> =
  | ((value: T) => R | PromiseLike<R>)
  | null
  | undefined;

/** A promise and what settles it. */
type Chain = PromiseWithResolvers<unknown>;

/** Stands for a chain that is resolved with nothing: what V8's callbacks do. */
const ENDED: unique symbol = Symbol("ended");

/**
 * Native code that waits: what `then` of a Future or Coroutine returns. It
 * resumes the code, and at the same time it is something to chain on.
 *
 * V8 calls `then` for every `await` and ignores what it returns, and its call
 * cannot be told apart from one by hand. So a promise is made only when
 * somebody chains. One class, for every level of inheritance costs as much as
 * the rest of the construction.
 */
export class NativeWait<T = unknown, F = T, R = never>
  implements Promise<F | R>, Wait, Runnable {
  /** The region of the task that waits, `null` outside any task. */
  readonly scope: Scope | null;
  /** The loop that the wait belongs to. */
  readonly loop: BaseEventLoop;
  /** The neighbours in the task's list. */
  previous: Wait | null = null;
  /** The neighbours in the task's list. */
  next: Wait | null = null;
  readonly #onFulfilled: (value: never) => unknown;
  readonly #onRejected: (reason: unknown) => unknown;
  /** What it stands in, once it is parked without a strand. */
  #steps: WaitingSteps | null = null;
  /** What became of the callbacks; made when needed. */
  #chain: Chain | typeof ENDED | null = null;

  /** Creates the wait of native code that runs in a scope. */
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

  /** Registers the wait: the native code stands in `steps` from now on. */
  park(steps: WaitingSteps): void {
    this.#steps = steps;
    const { movers } = this.loop.scheduler;
    const task = this.scope?.task;
    if (task === undefined) return movers.settle(movers.outside);
    task.waits.add(this);
    task.interruptAtPark(this);
    // Last: what native code schedules counts as a sign that it moves.
    movers.settle(task);
  }

  /** The handle of a parked wait: lets its steps conclude. */
  run(): void {
    const { scope } = this;
    if (scope === null) return this.#steps!.conclude(this, null);
    scope.task.waits.remove(this);
    this.#steps!.conclude(this, scope.task.takeCancellation(scope));
  }

  /** Ends the wait without a handle: it did not have to suspend. */
  settle(failed: boolean, value: unknown): void {
    // It could go on for ever: the others come first.
    const over = this.loop.scheduler.sliceIsOver();
    if (over) new HeldWait(this, failed, value).begin();
    else this.resume(failed, value);
  }

  /** Lets the native code go on. */
  resume(failed: boolean, value: unknown): void {
    const { movers } = this.loop.scheduler;
    movers.move(this.scope?.task ?? movers.outside);
    if (failed && running.debugged > 0 && value instanceof Error) {
      const [onFulfilled, onRejected] = [this.#onFulfilled, this.#onRejected];
      this.#openChain().resolve(failWithFrames(value, onFulfilled, onRejected));
      return;
    }
    try {
      const result = failed
        ? this.#onRejected(value)
        : this.#onFulfilled(value as never);
      // Mostly V8 waits, whose callbacks return nothing.
      if (this.#chain === null && result === undefined) this.#chain = ENDED;
      else this.#openChain().resolve(result);
    } catch (error) {
      this.#openChain().reject(error);
    }
  }

  describe(): string {
    return this.#steps?.describe() ?? "";
  }

  askFrames(): Promise<string[]> {
    return awaitingFrames(this.#onFulfilled, this.#onRejected);
  }

  interrupt(message: string | undefined): Interruption {
    return this.#steps?.interrupt(this, message) ?? SCHEDULED;
  }

  breakOff(message: string | undefined): void {
    this.#steps?.breakOff?.(this, message);
  }

  awaiter(): Future<unknown> | null {
    return this.scope?.task ?? null;
  }

  #openChain(): Chain {
    if (this.#chain === null || this.#chain === ENDED) {
      const ended = this.#chain === ENDED;
      this.#chain = Promise.withResolvers();
      if (ended) this.#chain.resolve(undefined);
    }
    return this.#chain;
  }

  get #promise(): Promise<F | R> {
    return this.#openChain().promise as Promise<F | R>;
  }

  then<A = F | R, B = never>(
    onFulfilled?: Reaction<F | R, A>,
    onRejected?: Reaction<unknown, B>,
  ): Promise<A | B> {
    return this.#promise.then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: Reaction<unknown, B>): Promise<F | R | B> {
    return this.#promise.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<F | R> {
    return this.#promise.finally(onFinally);
  }

  get [Symbol.toStringTag](): string {
    return "Promise";
  }
}

/** What `then` returns where the callback, V8's, returned nothing. */
const passed: Promise<unknown> = Promise.resolve();

/**
 * Lets native code go on that has nothing to wait for; mostly it needs no wait
 * to be made.
 *
 * @returns What `then` returns.
 */
export function passOn<T, F, R>(
  loop: BaseEventLoop,
  scope: Scope | null,
  onFulfilled: (value: T) => F | PromiseLike<F>,
  onRejected: (reason: unknown) => R | PromiseLike<R>,
  value: T,
): Promise<F | R> {
  const { scheduler } = loop;
  if (scheduler.sliceIsOver()) {
    const wait = new NativeWait(loop, scope, onFulfilled, onRejected);
    new HeldWait(wait, false, value).begin();
    return wait;
  }
  scheduler.movers.move(scope?.task ?? scheduler.movers.outside);
  try {
    const result = onFulfilled(value);
    return result === undefined
      ? passed as Promise<F>
      : Promise.resolve(result);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Fails native code that cannot begin to wait.
 *
 * @returns What `then` returns.
 */
export function failAtOnce<T, F, R>(
  loop: BaseEventLoop,
  scope: Scope | null,
  onFulfilled: (value: T) => F | PromiseLike<F>,
  onRejected: (reason: unknown) => R | PromiseLike<R>,
  error: unknown,
): Promise<F | R> {
  const wait = new NativeWait(loop, scope, onFulfilled, onRejected);
  wait.settle(true, error);
  return wait;
}
