/**
 * Synchronization between tasks: {@linkcode Lock}, {@linkcode Event},
 * {@linkcode Condition}, {@linkcode Semaphore},
 * {@linkcode BoundedSemaphore} and {@linkcode Barrier}.
 *
 * Waiting tasks are served in the order they came. A task that is cancelled
 * while it waits leaves the others as they were, and hands on a wake-up that
 * had reached it already.
 *
 * @example Guard a section with a lock
 * ```ts
 * import { run } from "@asyncio/asyncio";
 * import { Lock } from "@asyncio/asyncio/sync";
 * import assert from "node:assert/strict";
 *
 * const lock = new Lock();
 * await run(async () => {
 *   using _ = await lock.acquire();
 *   assert.equal(lock.locked(), true);
 * });
 * assert.equal(lock.locked(), false);
 * ```
 *
 * @module
 */
// Waiting outside any task needs the policy's loop, also when nothing else of
// the package is imported.
import "../loop/policy.ts";

export { BrokenBarrierError } from "../loop/errors.ts";
export { Barrier } from "./barrier.ts";
export { Condition, type Truthy } from "./condition.ts";
export { Event } from "./event.ts";
export { Lock } from "./lock.ts";
export { BoundedSemaphore, Semaphore } from "./semaphore.ts";
