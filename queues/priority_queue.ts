import { Heap } from "./_heap.ts";
import { naturalOrder } from "./_natural_order.ts";
import { Queue } from "./queue.ts";

/** Options of {@linkcode PriorityQueue}. */
export interface PriorityQueueOptions<T> {
  /**
   * Returns a negative number if `a` comes first, a positive one if `b` does,
   * and 0 if they are equal; the natural order by default.
   */
  compare?: (a: T, b: T) => number;
}

/**
 * A queue that gives out the smallest item first, and equal items in the order
 * they were put.
 *
 * By default numbers, bigints, strings and dates have their natural order, and
 * arrays are compared element by element, as Python compares tuples: so items
 * may be `[priority, data]`. If two priorities are equal, and the data has no
 * order, the one put first comes first. Anything else needs `compare`.
 *
 * Putting and getting take time in proportion to the logarithm of the size. If
 * `compare` throws, the queue stays as it was.
 *
 * @example Serve urgent work first
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * interface Job {
 *   name: string;
 *   urgency: number;
 * }
 *
 * const jobs = new asyncio.PriorityQueue<Job>(0, {
 *   compare: (a, b) => b.urgency - a.urgency,
 * });
 * await jobs.put({ name: "report", urgency: 1 });
 * await jobs.put({ name: "alarm", urgency: 9 });
 * assert.equal((await jobs.get()).name, "alarm");
 * ```
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  /**
   * Creates an empty queue.
   *
   * @param maxsize How many items may wait; no limit if it is 0 or less.
   * @param options How to compare items.
   * @throws {TypeError} If `maxsize` is neither a whole number nor `Infinity`.
   */
  constructor(maxsize = 0, options: PriorityQueueOptions<T> = {}) {
    super(maxsize, { storage: new Heap<T>(options.compare ?? naturalOrder) });
  }
}
