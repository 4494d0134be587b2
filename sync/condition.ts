import type { Body, CoroutineGenerator } from "../loop/awaitables.ts";
import { isPromiseLike, runBody } from "../loop/body.ts";
import {
  type Coroutine,
  leafOperation,
  operation,
} from "../loop/coroutines.ts";
import { CancelledError, RuntimeError } from "../loop/errors.ts";
import { showAsText } from "../loop/inspect.ts";
import { checkInteger } from "./_integers.ts";
import { LoopBinding, WaitQueue } from "./_waiters.ts";
import {
  acquireUnder,
  Lock,
  type LockGuard,
  releaseFrom,
  takeIfFree,
} from "./lock.ts";

/** What is left of a type once a value of it was found to be true. */
export type Truthy<T> = Exclude<T, false | 0 | 0n | "" | null | undefined>;

/**
 * Lets tasks that hold a lock wait until another task notifies them.
 *
 * - **Order:** tasks are notified in the order they began to wait, and go on
 *   when they have the lock again.
 * - **Spurious wake-ups:** `wait()` may return although nothing changed,
 *   because a cancelled task hands its notification on. Prefer `waitFor()`.
 * - **Cancelling:** the lock is always acquired again before `wait()` ends,
 *   with an error too.
 *
 * @example Wait for a stock level
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const changed = new asyncio.Condition();
 * let stock = 0;
 *
 * await asyncio.run(async () => {
 *   const buyer = asyncio.createTask(() =>
 *     changed.with(async () => {
 *       await changed.waitFor(() => stock >= 2);
 *       stock -= 2;
 *     })
 *   );
 *   for (let delivery = 0; delivery < 3; delivery++) {
 *     await changed.with(async () => {
 *       stock += 1;
 *       changed.notify();
 *     });
 *   }
 *   await buyer;
 * });
 * assert.equal(stock, 1);
 * ```
 */
export class Condition {
  readonly #lock: Lock;
  readonly #waiters = new WaitQueue(new LoopBinding(this));

  static {
    showAsText(this);
  }

  /**
   * Creates a condition.
   *
   * @param lock The lock to use; several conditions may share one. A new lock
   * by default.
   * @throws {TypeError} If `lock` is not a `Lock`.
   */
  constructor(lock: Lock = new Lock()) {
    if (!(lock instanceof Lock)) {
      throw new TypeError(
        `Cannot create condition: lock must be a Lock, received ${lock}`,
      );
    }
    this.#lock = lock;
  }

  /** Tells whether somebody holds the lock. */
  locked(): boolean {
    return this.#lock.locked();
  }

  /**
   * Waits until the lock is free, then takes it, as `Lock.acquire()` does.
   *
   * @returns A guard that releases the lock when disposed.
   * @throws {RuntimeError} If the lock is bound to a different event loop.
   */
  acquire(): Coroutine<Disposable> {
    return this.#lock.acquire();
  }

  /**
   * Frees the lock and wakes the first task that waits for it.
   *
   * @throws {RuntimeError} If the lock is not acquired.
   */
  release(): void {
    this.#lock.release();
  }

  /**
   * Acquires the lock, runs `body` in the calling task, and releases the lock
   * however the body ended.
   *
   * @param body An async or generator function.
   * @returns What the body returned.
   * @throws {RuntimeError} If the lock is bound to a different event loop, or
   * if the body released the lock itself.
   */
  with<T>(body: Body<T>): Coroutine<T> {
    return operation("Condition.with", this.#with(body));
  }

  /**
   * Releases the lock, waits to be notified, and acquires the lock again.
   *
   * A wait that is cancelled acquires the lock too, however long that takes
   * and however often it is cancelled meanwhile; then it hands its
   * notification on and throws the latest `CancelledError`.
   *
   * @returns Always `true`.
   * @throws {RuntimeError} If the lock is not acquired, or if the condition is
   * bound to a different event loop.
   */
  wait(): Coroutine<true> {
    return leafOperation("Condition.wait", this.#wait());
  }

  /**
   * Waits until `predicate` returns something true.
   *
   * The predicate is called with the lock held: first at once, then after each
   * notification.
   *
   * @param predicate What to wait for; a plain function, not an async one.
   * @returns What the predicate returned last.
   * @throws {RuntimeError} If the lock is not acquired and the predicate is
   * not true at once, or if the condition is bound to a different event loop.
   * @throws {TypeError} If the predicate returns a promise.
   */
  waitFor<T>(predicate: () => T): Coroutine<Truthy<T>> {
    return operation("Condition.waitFor", this.#waitFor(predicate));
  }

  /**
   * Wakes the first `count` tasks that wait to be notified.
   *
   * They go on when the caller has released the lock.
   *
   * @param count How many tasks to wake at most, 1 by default.
   * @throws {RuntimeError} If the lock is not acquired.
   * @throws {TypeError} If `count` is not a whole number.
   */
  notify(count = 1): void {
    checkInteger("notify condition", "count", count);
    this.#requireLock("notify");
    this.#notify(count);
  }

  /**
   * Wakes every task that waits to be notified.
   *
   * @throws {RuntimeError} If the lock is not acquired.
   */
  notifyAll(): void {
    this.#requireLock("notify");
    this.#waiters.wakeAll();
  }

  /** Describes the condition, such as `<Condition [locked, waiters:2]>`. */
  toString(): string {
    const state = this.locked() ? "locked" : "unlocked";
    return `<${this.constructor.name} [${state}${this.#waiters}]>`;
  }

  #requireLock(action: string): void {
    if (!this.#lock.locked()) {
      throw new RuntimeError(
        `Cannot ${action} condition: lock is not acquired`,
      );
    }
  }

  #notify(count: number): void {
    for (let left = count; left > 0 && this.#waiters.wakeNext(); left--);
  }

  *#wait(): CoroutineGenerator<true> {
    this.#requireLock("wait on");
    const waiter = this.#waiters.enter();
    const guard = releaseFrom(this.#lock);
    try {
      try {
        yield* waiter.future.named("Condition.wait");
      } finally {
        this.#waiters.leave(waiter);
        if (!takeIfFree(this.#lock, guard)) yield* this.#acquireAgain(guard);
      }
    } catch (error) {
      // The task may have been notified; somebody else must hear of it.
      this.#notify(1);
      throw error;
    }
    return true;
  }

  /** Acquires the lock whatever happens, then throws the last cancellation. */
  *#acquireAgain(guard: LockGuard): CoroutineGenerator<void> {
    let cancelled: CancelledError | null = null;
    while (true) {
      try {
        yield* acquireUnder(this.#lock, guard);
        break;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        cancelled = error;
      }
    }
    if (cancelled !== null) throw cancelled;
  }

  *#waitFor<T>(predicate: () => T): CoroutineGenerator<Truthy<T>> {
    while (true) {
      const result = predicate();
      if (isPromiseLike(result)) {
        throw new TypeError(
          "Cannot wait for predicate: it returned a promise, expected a value",
        );
      }
      if (result) return result as Truthy<T>;
      yield* this.#wait();
    }
  }

  *#with<T>(body: Body<T>): CoroutineGenerator<T> {
    yield* this.#lock.acquire();
    try {
      return yield* runBody(body);
    } finally {
      this.#lock.release();
    }
  }
}
