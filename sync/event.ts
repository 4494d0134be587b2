import type { Coroutine } from "../loop/coroutines.ts";
import { WAIT } from "../loop/direct_steps.ts";
import { showAsText } from "../loop/inspect.ts";
import { type WaitOperation, waitOperation } from "../loop/wait_operation.ts";
import { LoopBinding, type Waiter, WaitQueue } from "./_waiters.ts";

/** Waiting until the flag is set. */
let WAIT_SET: WaitOperation<Event, undefined, true, Waiter>;

/**
 * A flag that tasks can wait for.
 *
 * Setting it lets every waiting task go on, even if it is cleared again before
 * they run.
 *
 * @example Start a worker when the configuration has arrived
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const ready = new asyncio.Event();
 * const log: string[] = [];
 *
 * await asyncio.run(async () => {
 *   const worker = asyncio.createTask(async () => {
 *     await ready.wait();
 *     log.push("working");
 *   });
 *   await asyncio.sleep(0);
 *   log.push("configured");
 *   ready.set();
 *   await worker;
 * });
 * assert.deepEqual(log, ["configured", "working"]);
 * ```
 */
export class Event {
  #flag = false;
  readonly #waiters = new WaitQueue(new LoopBinding(this));

  static {
    showAsText(this);
    WAIT_SET = {
      name: "Event.wait",
      attempt: (event) => event.#flag || WAIT,
      enter: (event) => event.#waiters.enter(),
      leave: (event, waiter) => event.#waiters.leave(waiter),
      finish: () => true,
      abandon: () => {},
    };
  }

  /** Tells whether the flag is set. */
  isSet(): boolean {
    return this.#flag;
  }

  /** Sets the flag and wakes every waiting task; nobody waits if it is set. */
  set(): void {
    this.#flag = true;
    this.#waiters.wakeAll();
  }

  /** Clears the flag, so that `wait()` waits again. */
  clear(): void {
    this.#flag = false;
  }

  /**
   * Waits until the flag is set; returns without suspending if it is.
   *
   * A cancelled wait leaves nothing behind.
   *
   * @returns Always `true`, also if the flag was cleared since it was set.
   * @throws {RuntimeError} If the event is bound to a different event loop.
   */
  wait(): Coroutine<true> {
    return waitOperation(WAIT_SET, this, undefined);
  }

  /** Describes the event, such as `<Event [unset, waiters:2]>`. */
  toString(): string {
    const state = this.#flag ? "set" : "unset";
    return `<${this.constructor.name} [${state}${this.#waiters}]>`;
  }
}
