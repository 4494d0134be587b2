import { type Coroutine, directOperation } from "./coroutines.ts";
import { SleepSteps } from "./sleep_steps.ts";

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
  const steps = new SleepSteps(delay, result);
  return directOperation("sleep", steps);
}
