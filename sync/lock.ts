import type { Body, CoroutineGenerator } from "../loop/awaitables.ts";
import { runBody } from "../loop/body.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { WAIT } from "../loop/direct_steps.ts";
import { RuntimeError } from "../loop/errors.ts";
import { showAsText } from "../loop/inspect.ts";
import { running } from "../loop/running.ts";
import {
  type WaitOperation,
  waitOperation,
  WaitSteps,
} from "../loop/wait_operation.ts";
import { LockHold } from "./_lock_hold.ts";
import { LoopBinding, type Waiter, WaitQueue } from "./_waiters.ts";

/** What `acquire()` resolves to; ends its own hold of the lock, no other. */
export class LockGuard implements Disposable {
  readonly #lock: Lock;

  constructor(lock: Lock) {
    this.#lock = lock;
  }

  /** The lock is held under this guard from now on. */
  begin(): void {}

  /** The lock is released. */
  end(): void {}

  [Symbol.dispose](): void {
    if (holdOf(this.#lock) === this) this.#lock.release();
  }
}

/** The guard in debug mode, which reports a hold that lasts too long. */
class WatchedLockGuard extends LockGuard {
  readonly #watched: Lock;
  #hold: LockHold | null = null;

  constructor(lock: Lock) {
    super(lock);
    this.#watched = lock;
  }

  override begin(): void {
    this.#hold = LockHold.begin(this.#watched);
  }

  override end(): void {
    this.#hold?.end();
    this.#hold = null;
  }
}

function createGuard(lock: Lock): LockGuard {
  return running.debugged > 0
    ? new WatchedLockGuard(lock)
    : new LockGuard(lock);
}

let holdOf: (lock: Lock) => LockGuard | null;
/** Taking the lock, under a guard that exists already or a new one. */
let ACQUIRE: WaitOperation<Lock, LockGuard | null, LockGuard, Waiter>;

/**
 * For `Condition`: waits for the lock like `acquire()`, under a guard that
 * exists already, so that the caller's guard outlives the wait.
 */
export let acquireUnder: (
  lock: Lock,
  guard: LockGuard,
) => WaitSteps<Lock, LockGuard | null, LockGuard, Waiter>;

/** For `Condition`: takes a free lock under a guard; tells whether it did. */
export let takeIfFree: (lock: Lock, guard: LockGuard) => boolean;

/** For `Condition`: releases the lock and returns the guard it was held under. */
export let releaseFrom: (lock: Lock) => LockGuard;

/**
 * A mutual exclusion lock for tasks.
 *
 * - **Order:** waiting tasks get the lock in the order they asked for it.
 * - **No owner:** any task may release it, and a task that acquires it twice
 *   waits for itself.
 * - **Loop:** it belongs to the first event loop on which somebody waited.
 *
 * @example Let one task at a time do a transfer
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const lock = new asyncio.Lock();
 * let balance = 10;
 *
 * async function withdraw(amount: number) {
 *   using _ = await lock.acquire();
 *   const before = balance;
 *   await asyncio.sleep(0.001);
 *   balance = before - amount;
 * }
 *
 * await asyncio.run(async () => {
 *   await asyncio.gather(() => withdraw(3), () => withdraw(4));
 * });
 * assert.equal(balance, 3);
 * ```
 */
export class Lock {
  /** The guard of the present hold; the lock is free exactly without one. */
  #hold: LockGuard | null = null;
  readonly #waiters = new WaitQueue(new LoopBinding(this));

  static {
    showAsText(this);
    ACQUIRE = {
      name: "Lock.acquire",
      attempt: (lock, guard) => lock.#free() ? lock.#take(guard) : WAIT,
      enter: (lock) => lock.#waiters.enter(),
      leave: (lock, waiter) => lock.#waiters.leave(waiter),
      finish: (lock, guard) => lock.#take(guard),
      abandon: (lock) => {
        // A release may have chosen this task; the turn must not be lost.
        if (lock.#hold === null) lock.#waiters.wakeFirst();
      },
    };
    holdOf = (lock) => lock.#hold;
    acquireUnder = (lock, guard) => new WaitSteps(ACQUIRE, lock, guard);
    takeIfFree = (lock, guard) => lock.#free() && lock.#take(guard) === guard;
    releaseFrom = (lock) => {
      const guard = lock.#hold!;
      lock.release();
      return guard;
    };
  }

  /** Tells whether somebody holds the lock. */
  locked(): boolean {
    return this.#hold !== null;
  }

  /**
   * Waits until the lock is free, then takes it.
   *
   * A free lock nobody waits for is taken without suspending. A cancelled
   * wait gives up its place, and if it was its turn already, the next task
   * gets the turn.
   *
   * @returns A guard that releases the lock when disposed, unless this hold
   * has ended already. It may be ignored by callers of `release()`.
   * @throws {RuntimeError} If the lock is bound to a different event loop.
   */
  acquire(): Coroutine<Disposable> {
    return waitOperation(ACQUIRE, this, null);
  }

  /**
   * Frees the lock and wakes the first waiting task.
   *
   * @throws {RuntimeError} If the lock is not acquired.
   */
  release(): void {
    if (this.#hold === null) {
      throw new RuntimeError("Cannot release lock: lock is not acquired");
    }
    this.#hold.end();
    this.#hold = null;
    this.#waiters.wakeFirst();
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
    return operation("Lock.with", this.#with(body));
  }

  /** Describes the lock, such as `<Lock [locked, waiters:2]>`. */
  toString(): string {
    const state = this.locked() ? "locked" : "unlocked";
    return `<${this.constructor.name} [${state}${this.#waiters}]>`;
  }

  #free(): boolean {
    return this.#hold === null && !this.#waiters.hasLive();
  }

  #take(guard: LockGuard | null): LockGuard {
    const hold = this.#hold = guard ?? createGuard(this);
    hold.begin();
    return hold;
  }

  *#with<T>(body: Body<T>): CoroutineGenerator<T> {
    yield* this.acquire();
    try {
      return yield* runBody(body);
    } finally {
      this.release();
    }
  }
}
