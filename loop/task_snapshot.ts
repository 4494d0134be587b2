import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import type { CoroutineGenerator } from "./awaitables.ts";
import { runBody } from "./body.ts";
import type { Future } from "./futures.ts";
import { ANONYMOUS } from "./inspect.ts";
import { sleep } from "./sleep.ts";
import { allTasks, Task } from "./tasks.ts";
import { nameOfFrame } from "./task_stack.ts";

/** What a task is doing, as plain data that can be sent elsewhere. */
export interface TaskSnapshot {
  /** A number that tells the tasks of one snapshot apart. */
  readonly id: number;
  /** The name of the task. */
  readonly name: string;
  /** "pending" or "cancelling". */
  readonly state: string;
  /** What the task is doing, innermost first: see `Task.getStack()`. */
  readonly stack: readonly string[];
  /** The ids of the tasks that wait for it. */
  readonly awaitedBy: readonly number[];
}

/**
 * Tells what the tasks of a loop are doing.
 *
 * @param loop The loop, by default the running one.
 * @returns A snapshot of each task that has not ended, oldest first.
 * @throws {RuntimeError} If no loop is given and none is running.
 *
 * @example Looking for stuck tasks
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const nap = asyncio.createTask(asyncio.sleep(60), { name: "nap" });
 *   await asyncio.sleep(0);
 *   const found = asyncio.snapshotTasks().find(({ name }) => name === "nap");
 *   assert.equal(found?.state, "pending");
 *   nap.cancel();
 * });
 * ```
 */
export function snapshotTasks(loop?: AbstractEventLoop): TaskSnapshot[] {
  return describeTasks(allTasks(loop));
}

/** Tells what some tasks are doing. */
export function describeTasks(tasks: Iterable<Task<unknown>>): TaskSnapshot[] {
  return outline(tasks).map(addStack);
}

/** How many stacks are asked for at once: that takes some milliseconds. */
const STACKS_AT_ONCE = 100;

/** How long the loop then sees to others, in seconds: I/O and timers come by. */
const PAUSE = 0.001;

/**
 * As `describeTasks`, and tells where async functions stand, too; with pauses,
 * for to write a stack down is dear. Who waits for whom is told of the moment of
 * the call; of a task that ends in a pause the stack has its function only.
 */
export function* describeTasksGently(
  tasks: Iterable<Task<unknown>>,
): CoroutineGenerator<TaskSnapshot[]> {
  const snapshots: TaskSnapshot[] = [];
  for (const each of outline(tasks)) {
    const frames = yield* runBody(() => each.task.waits.askFrames());
    const { stack, ...rest } = addStack(each);
    snapshots.push({ ...rest, stack: withFrames(stack, frames) });
    if (snapshots.length % STACKS_AT_ONCE === 0) yield* sleep(PAUSE);
  }
  return snapshots;
}

/** What is known of a task, but for its stack. */
interface Outline extends Omit<TaskSnapshot, "stack"> {
  readonly task: Task<unknown>;
}

function outline(tasks: Iterable<Task<unknown>>): Outline[] {
  const ids = new Map<Future<unknown>, number>();
  for (const task of tasks) ids.set(task, ids.size + 1);
  return Array.from(ids as Map<Task<unknown>, number>, ([task, id]) => ({
    task,
    id,
    name: task.getName(),
    state: task.cancelling() > 0 ? "cancelling" : "pending",
    awaitedBy: awaitingTasks(task).flatMap((awaiter) => ids.get(awaiter) ?? []),
  }));
}

function addStack({ task, awaitedBy, ...rest }: Outline): TaskSnapshot {
  return { ...rest, stack: task.getStack(), awaitedBy };
}

/** Puts frames of async functions behind what the task waits for. */
function withFrames(
  stack: readonly string[],
  frames: readonly string[],
): readonly string[] {
  const [wait, ...rest] = stack;
  if (wait === undefined || frames.length === 0) return stack;
  // The outermost of them may be the function of the task.
  const outermost = nameOfFrame(frames.at(-1)!);
  if ([outermost, ANONYMOUS].includes(rest.at(-1)!)) rest.pop();
  return [wait, ...frames, ...rest];
}

/** The tasks that wait for a future, directly or through `gather()` and such. */
function awaitingTasks(future: Future<unknown>): Task<unknown>[] {
  const found = new Set<Task<unknown>>();
  const seen = new Set([future]);
  const left = future.awaiters();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next instanceof Task) found.add(next);
    else left.push(...next.awaiters());
  }
  return [...found];
}
