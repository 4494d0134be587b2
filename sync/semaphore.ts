import type { Body, CoroutineGenerator } from "../loop/awaitables.ts";
import { runBody } from "../loop/body.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { WAIT } from "../loop/direct_steps.ts";
import { showAsText } from "../loop/inspect.ts";
import { type WaitOperation, waitOperation } from "../loop/wait_operation.ts";
import { checkInteger } from "./_integers.ts";
import { LoopBinding, type Waiter, WaitQueue } from "./_waiters.ts";

/** What `acquire()` resolves to; gives its permit back at most once. */
class Permit implements Disposable {
  #semaphore: Semaphore | null;

  constructor(semaphore: Semaphore) {
    this.#semaphore = semaphore;
  }

  [Symbol.dispose](): void {
    const semaphore = this.#semaphore;
    this.#semaphore = null;
    semaphore?.release();
  }
}

let permitsOf: (semaphore: Semaphore) => number;
/** Taking a permit. */
let ACQUIRE: WaitOperation<Semaphore, undefined, Disposable, Waiter>;

/**
 * A number of permits that tasks take and give back.
 *
 * - **Order:** waiting tasks get permits in the order they asked; while one
 *   waits, nobody overtakes it.
 * - **No owner:** `release()` may be called by any task, and without an
 *   `acquire()` it adds a permit. {@linkcode BoundedSemaphore} forbids that.
 * - **Loop:** it belongs to the first event loop on which somebody waited.
 *
 * @example Run at most two downloads at once
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const slots = new asyncio.Semaphore(2);
 * let running = 0;
 * let most = 0;
 *
 * async function download() {
 *   using _ = await slots.acquire();
 *   most = Math.max(most, ++running);
 *   await asyncio.sleep(0.001);
 *   running--;
 * }
 *
 * await asyncio.run(async () => {
 *   await asyncio.taskGroup(async (group) => {
 *     for (let i = 0; i < 4; i++) group.createTask(download);
 *   });
 * });
 * assert.equal(most, 2);
 * ```
 */
export class Semaphore {
  /** Free permits. A permit is taken off for a waiter when it is woken. */
  #permits: number;
  readonly #waiters = new WaitQueue(new LoopBinding(this));

  static {
    showAsText(this);
    ACQUIRE = {
      name: "Semaphore.acquire",
      attempt: (semaphore) => semaphore.locked() ? WAIT : semaphore.#take(),
      enter: (semaphore) => semaphore.#waiters.enter(),
      leave: (semaphore, waiter) => semaphore.#waiters.leave(waiter),
      finish: (semaphore) => {
        semaphore.#grantAll();
        return new Permit(semaphore);
      },
      abandon: (semaphore, waiter) => {
        // Pretend the permit was never handed over.
        if (waiter.woken) semaphore.#permits++;
        semaphore.#grantAll();
      },
    };
    permitsOf = (semaphore) => semaphore.#permits;
  }

  /**
   * Creates a semaphore.
   *
   * @param value How many permits are free at first, 1 by default.
   * @throws {TypeError} If `value` is not a whole number.
   * @throws {RangeError} If `value` is negative.
   */
  constructor(value = 1) {
    this.#permits = checkInteger("create semaphore", "value", value, 0);
  }

  /** Tells whether `acquire()` would wait. */
  locked(): boolean {
    return this.#permits === 0 || this.#waiters.hasLive();
  }

  /**
   * Waits until a permit is free, then takes it.
   *
   * A free permit nobody waits for is taken without suspending. A cancelled
   * wait gives up its place, and a permit it was given goes to the next task.
   *
   * @returns A guard that gives the permit back when disposed, at most once.
   * Use either the guard or `release()`: a semaphore cannot tell its permits
   * apart.
   * @throws {RuntimeError} If the semaphore is bound to a different event loop.
   */
  acquire(): Coroutine<Disposable> {
    return waitOperation(ACQUIRE, this, undefined);
  }

  /** Gives a permit back and wakes the first waiting task. */
  release(): void {
    this.#permits++;
    this.#grant();
  }

  /**
   * Takes a permit, runs `body` in the calling task, and gives the permit back
   * however the body ended.
   *
   * @param body An async or generator function.
   * @returns What the body returned.
   * @throws {RuntimeError} If the semaphore is bound to a different event loop.
   */
  with<T>(body: Body<T>): Coroutine<T> {
    return operation("Semaphore.with", this.#with(body));
  }

  /** Describes the semaphore, such as `<Semaphore [unlocked, value:2]>`. */
  toString(): string {
    const state = this.locked() ? "locked" : `unlocked, value:${this.#permits}`;
    return `<${this.constructor.name} [${state}${this.#waiters}]>`;
  }

  /** Hands a free permit to the first pending waiter, if there is one. */
  #grant(): boolean {
    if (!this.#waiters.wakeNext()) return false;
    this.#permits--;
    return true;
  }

  #take(): Permit {
    this.#permits--;
    return new Permit(this);
  }

  /** Those who came while permits were promised had to queue up. */
  #grantAll(): void {
    while (this.#permits > 0 && this.#grant());
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

/**
 * A semaphore that refuses more permits than it was created with.
 *
 * @example A release too many is an error
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const semaphore = new asyncio.BoundedSemaphore(2);
 * await semaphore.acquire();
 * semaphore.release();
 * assert.throws(() => semaphore.release(), RangeError);
 * ```
 */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  /**
   * Creates a semaphore.
   *
   * @param value How many permits there are, 1 by default.
   * @throws {TypeError} If `value` is not a whole number.
   * @throws {RangeError} If `value` is negative.
   */
  constructor(value = 1) {
    super(value);
    this.#bound = value;
  }

  /**
   * Gives a permit back and wakes the first waiting task.
   *
   * @throws {RangeError} If all permits are free.
   */
  override release(): void {
    if (permitsOf(this) >= this.#bound) {
      throw new RangeError(
        "Cannot release bounded semaphore: all permits are free",
      );
    }
    super.release();
  }
}
