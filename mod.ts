/**
 * Python's asyncio for Deno: an event loop with a pluggable policy, tasks that
 * can be cancelled, timeouts, task groups, transports and streams over TCP, TLS,
 * UDP, Unix sockets and pipes, child processes, executors in threads and
 * processes, signals, synchronization primitives and queues, under the names and
 * by the rules of CPython 3.14, in the words of TypeScript.
 *
 * Times are in seconds and sizes in bytes. Importing the package needs no
 * permission; what a call needs, it asks for when it is made.
 *
 * @example Feed two workers from a queue, then cancel them
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const done: number[] = [];
 *
 * async function worker(queue: asyncio.Queue<number>) {
 *   while (true) {
 *     const item = await queue.get();
 *     await asyncio.sleep(0.001);
 *     done.push(item);
 *     queue.taskDone();
 *   }
 * }
 *
 * await asyncio.run(async () => {
 *   const queue = new asyncio.Queue<number>(10);
 *   const workers = [1, 2].map(() => asyncio.createTask(() => worker(queue)));
 *   for (let item = 0; item < 6; item++) await queue.put(item);
 *   await queue.join();
 *   for (const task of workers) task.cancel();
 *   await asyncio.gather(...workers, { returnExceptions: true });
 * });
 *
 * assert.deepEqual(done.sort(), [0, 1, 2, 3, 4, 5]);
 * ```
 *
 * @module
 */

export * from "./loop/mod.ts";
export * from "./transports/mod.ts";
export * from "./streams/mod.ts";
export * from "./subprocess/mod.ts";
export * from "./sync/mod.ts";
export * from "./queues/mod.ts";
