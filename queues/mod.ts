/**
 * Queues between tasks: {@linkcode Queue}, {@linkcode LifoQueue} and
 * {@linkcode PriorityQueue}.
 *
 * @example Pass items from a producer to a consumer
 * ```ts
 * import { createTask, run } from "@asyncio/asyncio";
 * import { Queue } from "@asyncio/asyncio/queues";
 * import assert from "node:assert/strict";
 *
 * const queue = new Queue<string>();
 * const seen: string[] = [];
 *
 * await run(async () => {
 *   const consumer = createTask(async () => {
 *     for await (const item of queue) seen.push(item);
 *   });
 *   await queue.put("a");
 *   await queue.put("b");
 *   queue.shutdown();
 *   await consumer;
 * });
 * assert.deepEqual(seen, ["a", "b"]);
 * ```
 *
 * @module
 */
// Waiting outside any task needs the policy's loop, also when nothing else of
// the package is imported.
import "../loop/policy.ts";

export { QueueEmpty, QueueFull, QueueShutDown } from "./errors.ts";
export { LifoQueue } from "./lifo_queue.ts";
export { PriorityQueue, type PriorityQueueOptions } from "./priority_queue.ts";
export { Queue, type QueueOptions } from "./queue.ts";
export type { QueueStorage } from "./storage.ts";
