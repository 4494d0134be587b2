import { BaseEventLoop } from "./base_event_loop.ts";
import { describeDeadlock } from "./deadlock.ts";
import { hop } from "./host.ts";
import type { Timer } from "./timer_queue.ts";

/**
 * A loop whose clock stands still while anything is ready, and jumps to the
 * next timer when nothing is: for tests, which then take no time and always
 * run in the same order.
 *
 * It does no input or output. When nothing is ready and no timer is set, the
 * run fails with a DeadlockError that names the stuck tasks.
 *
 * @example An hour in no time
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   await asyncio.sleep(3600);
 *   assert.equal(asyncio.getRunningLoop().time(), 3600);
 * }, { loopFactory: () => new asyncio.VirtualTimeEventLoop() });
 * ```
 */
export class VirtualTimeEventLoop extends BaseEventLoop {
  #now = 0;
  #hopping = false;

  /** Returns the virtual time: seconds since the loop was created. */
  override time(): number {
    return this.#now;
  }

  /** Returns the virtual time, whatever the host's clock shows.
   * @ignore */
  override timeAt(_now: number): number {
    return this.time();
  }

  /**
   * Jumps, if nothing becomes ready within one turn of the host.
   *
   * @ignore
   */
  protected override sleepUntil(_timer: Timer | undefined): void {
    if (this.#hopping) return;
    this.#hopping = true;
    hop(() => {
      this.#hopping = false;
      if (this.scheduler.idle) this.#jump();
    });
  }

  #jump(): void {
    const timer = this.scheduler.nextTimer();
    const when = timer?.when ?? Infinity;
    if (when === Infinity) return this.#reportDeadlock();
    this.#now = Math.max(this.#now, when);
    this.scheduler.wake();
  }

  #reportDeadlock(): void {
    this.abortRun(describeDeadlock(this.tasks, false));
  }
}
