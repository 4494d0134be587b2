import type { CoroutineGenerator, CoroutineLike } from "./awaitables.ts";
import { type Coroutine, leafOperation } from "./coroutines.ts";
import { DoneWatcher } from "./done_watcher.ts";
import { distinctFutures } from "./distinct_futures.ts";
import { TimeoutError } from "./errors.ts";
import type { Future } from "./futures.ts";
import { showAsText } from "./inspect.ts";
import { currentLoop } from "./running.ts";
import { isList } from "./steps.ts";
import { Timer } from "./timer_queue.ts";

/** Options of {@linkcode asCompleted}. */
export interface AsCompletedOptions {
  /** The longest to wait for all, in seconds; `null`, the default, for ever. */
  timeout?: number | null;
}

/** The result type of an awaitable. */
export type ResultOf<A> = A extends CoroutineLike<infer T> ? T : never;

/** The future that an awaitable becomes: itself if it is one. */
export type FutureOf<A> = A extends Future<unknown> ? A : Future<ResultOf<A>>;

/**
 * A future that is done, for `for await`: ask it for its `result()`. Without
 * the mark TypeScript would take the future for its result, since async
 * generators await what they yield; it still is the future that it was.
 */
export type Completed<F> = F & { readonly then: never };

/**
 * Runs awaitables at once and gives them back as they end.
 *
 * With `for await` it gives the futures themselves, done, in the order in which
 * they ended (for a coroutine the task it became). As a plain iterable it gives
 * as many coroutines, each of the next result. Nothing is cancelled when the
 * time is up or the caller stops iterating.
 *
 * @typeParam A The types of the awaitables.
 * @param sources Coroutines, generator objects, futures or functions.
 * @param options A timeout in seconds.
 * @returns Something to iterate over, once.
 * @throws {TimeoutError} From the iteration, if the time was up.
 * @throws {TypeError} If a source cannot be run, such as a started promise.
 *
 * @example The quickest first
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const seen: string[] = [];
 *   const sources = [
 *     asyncio.sleep(0.02, "slow"),
 *     asyncio.sleep(0.01, "fast"),
 *   ];
 *   for await (const done of asyncio.asCompleted(sources)) {
 *     seen.push(done.result());
 *   }
 *   assert.deepEqual(seen, ["fast", "slow"]);
 * });
 * ```
 */
export function asCompleted<A extends CoroutineLike<unknown>>(
  sources: Iterable<A>,
  options: AsCompletedOptions = {},
): AsCompleted<A> {
  if (!isList(sources)) {
    throw new TypeError("Cannot iterate: expected a list of awaitables");
  }
  return new AsCompleted(sources, options.timeout ?? null);
}

/** An asynchronous iterator whose steps generators can wait for too. */
export interface CompletionIterator<F> extends AsyncIterableIterator<F> {
  /** Waits for the next future to end. */
  next(): Coroutine<IteratorResult<F>>;
  /** Returns itself. */
  [Symbol.asyncIterator](): CompletionIterator<F>;
}

/**
 * The iterator that {@linkcode asCompleted} returns. Its `next()` for
 * `for await` is written by hand: an async generator would await the futures.
 */
export class AsCompleted<A extends CoroutineLike<unknown>>
  implements
    AsyncIterable<Completed<FutureOf<A>>>,
    Iterable<Coroutine<ResultOf<A>>> {
  readonly #watchers = new Map<Future<unknown>, DoneWatcher<Future<unknown>>>();
  /** Futures in the order in which they ended; `null` when time was up. */
  readonly #ended: (Future<unknown> | null)[] = [];
  readonly #waiters: Future<void>[] = [];
  #timer: Timer | null = null;
  #left: number;

  static {
    showAsText(this);
  }

  /** Starts the awaitables; {@linkcode asCompleted} does. */
  constructor(sources: Iterable<A>, timeout: number | null) {
    const loop = currentLoop();
    const futures = new Set(distinctFutures<unknown>(sources));
    for (const future of futures) {
      const watcher = new DoneWatcher(future, (ended) => this.#note(ended));
      this.#watchers.set(future, watcher);
    }
    this.#left = futures.size;
    if (futures.size === 0 || timeout === null) return;
    const expire = { run: (): void => this.#expire() };
    this.#timer = new Timer(loop.time() + timeout, expire);
    loop.scheduler.schedule(this.#timer, timeout <= 0);
  }

  /** Iterates over coroutines, each of the next result. */
  *[Symbol.iterator](): IterableIterator<Coroutine<ResultOf<A>>> {
    while (this.#left > 0) {
      this.#left--;
      yield leafOperation("asCompleted", this.#nextResult());
    }
  }

  /**
   * Iterates over the futures as they end: with `for await`, or in a generator
   * with `yield* iterator.next()`.
   */
  [Symbol.asyncIterator](): CompletionIterator<Completed<FutureOf<A>>> {
    const iterator = {
      next: (): Coroutine<IteratorResult<Completed<FutureOf<A>>>> =>
        leafOperation("asCompleted", this.#nextEntry()),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Describes the iterator, such as `<AsCompleted left=2>`. */
  toString(): string {
    return `<AsCompleted left=${this.#left}>`;
  }

  *#nextEntry(): CoroutineGenerator<
    IteratorResult<Completed<FutureOf<A>>>
  > {
    if (this.#left === 0) return { done: true, value: undefined };
    this.#left--;
    const [future] = yield* this.#nextFuture();
    return { done: false, value: future as Completed<FutureOf<A>> };
  }

  *#nextResult(): CoroutineGenerator<ResultOf<A>> {
    const [future] = yield* this.#nextFuture();
    return future.result() as ResultOf<A>;
  }

  /** In a tuple, for `await` would flatten the future. */
  *#nextFuture(): CoroutineGenerator<[Future<unknown>]> {
    while (this.#ended.length === 0) yield* this.#waitOnce();
    const future = this.#ended.shift()!;
    if (future === null) throw new TimeoutError();
    return [future];
  }

  *#waitOnce(): CoroutineGenerator<void> {
    const waiter = currentLoop().createFuture<void>().named("asCompleted");
    this.#waiters.push(waiter);
    try {
      yield* waiter;
    } catch (error) {
      const index = this.#waiters.indexOf(waiter);
      if (index >= 0) this.#waiters.splice(index, 1);
      if (this.#ended.length > 0 && !waiter.cancelled()) this.#wakeNext();
      throw error;
    }
  }

  #note(future: Future<unknown>): void {
    if (this.#watchers.size === 0) return;
    this.#watchers.delete(future);
    this.#push(future);
    if (this.#watchers.size === 0) this.#timer?.cancel();
  }

  #expire(): void {
    for (const watcher of this.#watchers.values()) {
      watcher.stop();
      this.#push(null);
    }
    this.#watchers.clear();
  }

  #push(ended: Future<unknown> | null): void {
    this.#ended.push(ended);
    this.#wakeNext();
  }

  #wakeNext(): void {
    let waiter = this.#waiters.shift();
    while (waiter?.done()) waiter = this.#waiters.shift();
    waiter?.setResult();
  }
}
