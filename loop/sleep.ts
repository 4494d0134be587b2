import type { CoroutineGenerator, Suspension } from "./awaitables.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import { Coroutine } from "./coroutines.ts";
import { currentLoop } from "./running.ts";
import type { Scope } from "./scope.ts";
import { SleepWait } from "./sleep_wait.ts";
import type { Steps } from "./strand.ts";
import { Timer } from "./timer_queue.ts";

/**
 * Waits for some time.
 *
 * `sleep(0)` lets everything else that is ready run once. Cancelling the wait
 * leaves no timer behind.
 *
 * @param delay How long, in seconds; zero or less gives up one turn.
 * @returns A coroutine of nothing.
 * @throws {RangeError} If the delay is not a number.
 */
export function sleep(delay: number): Coroutine<void>;
/**
 * Waits for some time and returns a result.
 *
 * @typeParam T The type of the result.
 * @param delay How long, in seconds; zero or less gives up one turn.
 * @param result What to return.
 * @returns A coroutine of the result.
 * @throws {RangeError} If the delay is not a number.
 *
 * @example Waking up with a result
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   assert.equal(await asyncio.sleep(0.01, "done"), "done");
 * });
 * ```
 */
export function sleep<T>(delay: number, result: T): Coroutine<T>;
export function sleep<T>(delay: number, result?: T): Coroutine<T | undefined> {
  if (typeof delay !== "number" || Number.isNaN(delay)) {
    throw new RangeError(`Cannot sleep: delay is not a number (${delay})`);
  }
  return new Sleep(delay, result);
}

/** The coroutine of `sleep()`. */
class Sleep<T> extends Coroutine<T> {
  readonly #delay: number;
  readonly #result: T;

  constructor(delay: number, result: T) {
    super("sleep", null, true);
    this.#delay = delay;
    this.#result = result;
  }

  protected override makeSteps(): Steps<T> {
    if (this.#delay > 0) return sleepSteps(this.#delay, this.#result);
    return new YieldOnce(this.#result);
  }

  protected override runOutside<A, B>(
    onFulfilled: (value: T) => A | PromiseLike<A>,
    onRejected: (reason: unknown) => B | PromiseLike<B>,
  ): Promise<A | B> {
    return this.#wait(currentLoop(), null, onFulfilled, onRejected);
  }

  protected override runInside<A, B>(
    scope: Scope,
    onFulfilled: (value: T) => A | PromiseLike<A>,
    onRejected: (reason: unknown) => B | PromiseLike<B>,
  ): Promise<A | B> {
    return this.#wait(scope.task.loop, scope, onFulfilled, onRejected);
  }

  /** Waits without a generator: this is the hottest wait of all. */
  #wait<A, B>(
    loop: BaseEventLoop,
    scope: Scope | null,
    onFulfilled: (value: T) => A | PromiseLike<A>,
    onRejected: (reason: unknown) => B | PromiseLike<B>,
  ): Promise<A | B> {
    const wait = new SleepWait(
      loop,
      scope,
      this.#result,
      onFulfilled,
      onRejected,
    );
    try {
      this.claim();
      wait.begin(this.#delay);
    } catch (error) {
      wait.settle(true, error);
    }
    return wait;
  }
}

/** The steps of `sleep(0)`: gives up one turn. */
class YieldOnce<T> implements Iterator<Suspension, T, unknown> {
  readonly #result: T;
  #yielded = false;

  constructor(result: T) {
    this.#result = result;
  }

  next(): IteratorResult<Suspension, T> {
    if (this.#yielded) return { done: true, value: this.#result };
    this.#yielded = true;
    return { done: false, value: undefined };
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    throw error;
  }
}

function* sleepSteps<T>(delay: number, result: T): CoroutineGenerator<T> {
  const loop = currentLoop();
  const future = loop.createFuture<T>();
  const timer = new Timer(loop.time() + delay, {
    run: () => {
      if (!future.done()) future.setResult(result);
    },
  });
  loop.scheduler.schedule(timer);
  try {
    return yield* future.named("sleep");
  } finally {
    timer.cancel();
  }
}
