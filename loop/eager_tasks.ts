import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import type { CoroutineLike } from "./awaitables.ts";
import { type CreateTaskOptions, Task } from "./tasks.ts";

/** Makes the tasks of a loop, see `loop.setTaskFactory()`. */
export type TaskFactory = <T>(
  loop: AbstractEventLoop,
  source: CoroutineLike<T>,
  options: CreateTaskOptions,
) => Task<T>;

/** The constructor of Task, or of a class derived from it. */
export type TaskConstructor = new <T>(
  source: CoroutineLike<T>,
  loop: AbstractEventLoop,
  options: CreateTaskOptions,
) => Task<T>;

/**
 * Makes a task factory whose tasks start eagerly: the first step runs inside
 * the call that creates the task.
 *
 * @param constructor The class of the tasks.
 * @returns A factory for `loop.setTaskFactory()`.
 */
export function createEagerTaskFactory(
  constructor: TaskConstructor,
): TaskFactory {
  return (loop, source, options) =>
    new constructor(source, loop, { eagerStart: true, ...options });
}

/**
 * A task factory whose tasks start eagerly; a task that never waits is done
 * when the call that creates it returns.
 *
 * @example A task that is done at once
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   asyncio.getRunningLoop().setTaskFactory(asyncio.eagerTaskFactory);
 *   const task = asyncio.createTask(function* () {
 *     return 1;
 *   });
 *   assert.ok(task.done());
 *   await task;
 * });
 * ```
 */
export const eagerTaskFactory: TaskFactory = createEagerTaskFactory(Task);
