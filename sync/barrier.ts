import type { Body, CoroutineGenerator } from "../loop/awaitables.ts";
import { runBody } from "../loop/body.ts";
import {
  type Coroutine,
  leafOperation,
  operation,
} from "../loop/coroutines.ts";
import { BrokenBarrierError } from "../loop/errors.ts";
import { showAsText } from "../loop/inspect.ts";
import { checkInteger } from "./_integers.ts";
import { Condition } from "./condition.ts";

/**
 * - filling: parties arrive and wait, fewer than needed
 * - draining: the last party has arrived and all of them leave; new ones wait
 *   until the last has left, then it fills again
 * - resetting: as draining, but the parties leave with an error
 * - broken: nobody waits until `reset()`
 */
type State = "filling" | "draining" | "resetting" | "broken";

/**
 * A meeting point for a fixed number of tasks.
 *
 * Each task waits until all of them have arrived, then all go on, and the
 * barrier can be used again.
 *
 * - **Cancelling** a waiting task takes it away from the barrier; the others
 *   go on waiting for the full number.
 * - **Broken:** `abort()` fails all present and later waits until `reset()`.
 *
 * @example Start three racers together
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const line = new asyncio.Barrier(3);
 * const log: string[] = [];
 *
 * async function racer(name: string) {
 *   log.push(`${name} ready`);
 *   await line.wait();
 *   log.push(`${name} runs`);
 * }
 *
 * await asyncio.run(async () => {
 *   await asyncio.gather(() => racer("a"), () => racer("b"), () => racer("c"));
 * });
 * assert.deepEqual(log.slice(0, 3), ["a ready", "b ready", "c ready"]);
 * assert.deepEqual(log.slice(3).sort(), ["a runs", "b runs", "c runs"]);
 * ```
 */
export class Barrier {
  readonly #parties: number;
  /** Guards the two fields below, and is notified when they change. */
  readonly #condition = new Condition();
  #state: State = "filling";
  /** Parties that have arrived and not left. */
  #count = 0;

  static {
    showAsText(this);
  }

  /**
   * Creates a barrier.
   *
   * @param parties How many tasks have to arrive.
   * @throws {TypeError} If `parties` is not a whole number.
   * @throws {RangeError} If `parties` is less than 1.
   */
  constructor(parties: number) {
    this.#parties = checkInteger("create barrier", "parties", parties, 1);
  }

  /** How many tasks have to arrive. */
  get parties(): number {
    return this.#parties;
  }

  /** How many tasks wait for the others to arrive. */
  get nWaiting(): number {
    return this.#state === "filling" ? this.#count : 0;
  }

  /** Whether the barrier was aborted and not reset since. */
  get broken(): boolean {
    return this.#state === "broken";
  }

  /**
   * Waits until all parties have arrived.
   *
   * The last one to arrive goes on without suspending. A task that comes
   * while the parties of the round before are leaving waits for the next
   * round. A cancelled wait only takes the task away again.
   *
   * @returns The number of parties that were there before this one.
   * @throws {BrokenBarrierError} If the barrier is broken, or is aborted or
   * reset during the wait.
   * @throws {RuntimeError} If the barrier is bound to a different event loop.
   */
  wait(): Coroutine<number> {
    return leafOperation("Barrier.wait", this.#wait());
  }

  /**
   * Waits until all parties have arrived, then runs `body` in the calling task.
   *
   * @param body An async or generator function; it gets the number of parties
   * that were there before this one.
   * @returns What the body returned.
   * @throws {BrokenBarrierError} If the barrier is broken, or is aborted or
   * reset during the wait.
   * @throws {RuntimeError} If the barrier is bound to a different event loop.
   */
  with<T>(body: Body<T, [index: number]>): Coroutine<T> {
    return operation("Barrier.with", this.#with(body));
  }

  /**
   * Empties the barrier, and mends it if it is broken.
   *
   * Tasks that wait get a `BrokenBarrierError`.
   *
   * @returns Nothing; waits only for tasks that are just arriving or leaving.
   */
  reset(): Coroutine<void> {
    return leafOperation("Barrier.reset", this.#reset());
  }

  /**
   * Breaks the barrier.
   *
   * Tasks that wait, now or later, get a `BrokenBarrierError`, until `reset()`.
   *
   * @returns Nothing; waits only for tasks that are just arriving or leaving.
   */
  abort(): Coroutine<void> {
    return leafOperation("Barrier.abort", this.#abort());
  }

  /** Describes the barrier, such as `<Barrier [filling, waiters:1/3]>`. */
  toString(): string {
    const waiters = this.broken
      ? ""
      : `, waiters:${this.nWaiting}/${this.#parties}`;
    return `<${this.constructor.name} [${this.#state}${waiters}]>`;
  }

  *#wait(): CoroutineGenerator<number> {
    yield* this.#condition.acquire();
    try {
      yield* this.#enter();
      const index = this.#count++;
      try {
        if (index + 1 === this.#parties) this.#change("draining");
        else yield* this.#waitForOthers();
        return index;
      } finally {
        this.#count--;
        this.#leave();
      }
    } finally {
      this.#condition.release();
    }
  }

  *#enter(): CoroutineGenerator<void> {
    yield* this.#condition.waitFor(() =>
      this.#state !== "draining" && this.#state !== "resetting"
    );
    if (this.#state === "broken") {
      throw new BrokenBarrierError("Cannot wait on barrier: barrier is broken");
    }
  }

  *#waitForOthers(): CoroutineGenerator<void> {
    yield* this.#condition.waitFor(() => this.#state !== "filling");
    if (this.#state !== "draining") {
      throw new BrokenBarrierError(
        "Cannot wait on barrier: barrier was aborted or reset",
      );
    }
  }

  /** Opens the barrier to the next round when the last party has left. */
  #leave(): void {
    if (this.#count > 0) return;
    const opens = this.#state === "draining" || this.#state === "resetting";
    this.#change(opens ? "filling" : this.#state);
  }

  #change(state: State): void {
    this.#state = state;
    this.#condition.notifyAll();
  }

  *#reset(): CoroutineGenerator<void> {
    yield* this.#condition.acquire();
    try {
      this.#change(this.#count > 0 ? "resetting" : "filling");
    } finally {
      this.#condition.release();
    }
  }

  *#abort(): CoroutineGenerator<void> {
    yield* this.#condition.acquire();
    try {
      this.#change("broken");
    } finally {
      this.#condition.release();
    }
  }

  *#with<T>(body: Body<T, [index: number]>): CoroutineGenerator<T> {
    const index = yield* this.#wait();
    return yield* runBody(body, index);
  }
}
