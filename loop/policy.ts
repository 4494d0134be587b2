import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import { DenoEventLoop } from "./deno_event_loop.ts";
import { showAsText } from "./inspect.ts";
import { running, runningLoop } from "./running.ts";

/**
 * Decides which event loop `run()` and code outside any loop get; subclass it
 * and install it with `setEventLoopPolicy()` to use loops of another kind.
 *
 * @example Running everything on loops of one's own
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * class TestPolicy extends asyncio.EventLoopPolicy {
 *   override newEventLoop(): asyncio.AbstractEventLoop {
 *     return new asyncio.VirtualTimeEventLoop();
 *   }
 * }
 * asyncio.setEventLoopPolicy(new TestPolicy());
 * const time = await asyncio.run(async () => {
 *   await asyncio.sleep(100);
 *   return asyncio.getRunningLoop().time();
 * });
 * asyncio.setEventLoopPolicy(null);
 * assert.equal(time, 100);
 * ```
 */
export class EventLoopPolicy {
  #current: AbstractEventLoop | null = null;

  static {
    showAsText(this);
  }

  /**
   * Returns the loop of code outside any run; the first call creates it. That
   * loop is turned by the runtime without a `run()`.
   *
   * @returns The current loop of this policy.
   */
  getEventLoop(): AbstractEventLoop {
    if (this.#current === null || this.#current.isClosed()) {
      this.setEventLoop(this.newEventLoop());
    }
    return this.#current!;
  }

  /**
   * Sets the loop of code outside any run.
   *
   * @param loop The loop, or `null` to create one when next needed.
   */
  setEventLoop(loop: AbstractEventLoop | null): void {
    this.#current = loop;
    (loop as BaseEventLoop | null)?.host?.();
  }

  /**
   * Creates a loop.
   *
   * @returns A loop that is not running.
   */
  newEventLoop(): AbstractEventLoop {
    return new DenoEventLoop();
  }

  /** Describes the policy, and its loop if there is one. */
  toString(): string {
    const loop = this.#current === null ? "" : ` ${this.#current}`;
    return `<${this.constructor.name}${loop}>`;
  }
}

let policy = new EventLoopPolicy();
running.fallback = () => policy.getEventLoop() as BaseEventLoop;

/**
 * Returns the policy in force.
 *
 * @returns The policy.
 */
export function getEventLoopPolicy(): EventLoopPolicy {
  return policy;
}

/**
 * Replaces the policy.
 *
 * @param replacement The new policy, or `null` for a new default one.
 * @throws {TypeError} If it is neither.
 */
export function setEventLoopPolicy(replacement: EventLoopPolicy | null): void {
  if (replacement !== null && !(replacement instanceof EventLoopPolicy)) {
    throw new TypeError(
      "Cannot set event loop policy: expected an EventLoopPolicy or null",
    );
  }
  policy = replacement ?? new EventLoopPolicy();
}

/**
 * Returns the running loop, or else the current loop of the policy.
 *
 * @returns A loop.
 */
export function getEventLoop(): AbstractEventLoop {
  return runningLoop() ?? policy.getEventLoop();
}

/**
 * Sets the current loop of the policy.
 *
 * @param loop The loop, or `null` to create one when next needed.
 */
export function setEventLoop(loop: AbstractEventLoop | null): void {
  policy.setEventLoop(loop);
}

/**
 * Creates a loop, as the policy does.
 *
 * @returns A loop that is not running.
 */
export function newEventLoop(): AbstractEventLoop {
  return policy.newEventLoop();
}
