import { Stack } from "./_stack.ts";
import { Queue } from "./queue.ts";

/**
 * A queue that gives out the newest item first.
 *
 * @example Undo the last step first
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const steps = new asyncio.LifoQueue<string>();
 * await steps.put("first");
 * await steps.put("second");
 * assert.equal(await steps.get(), "second");
 * ```
 */
export class LifoQueue<T = unknown> extends Queue<T> {
  /**
   * Creates an empty queue.
   *
   * @param maxsize How many items may wait; no limit if it is 0 or less.
   * @throws {TypeError} If `maxsize` is neither a whole number nor `Infinity`.
   */
  constructor(maxsize = 0) {
    super(maxsize, { storage: new Stack<T>() });
  }
}
