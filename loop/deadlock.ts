import { DeadlockError } from "./errors.ts";
import type { Task } from "./tasks.ts";

/** Makes the error of a run that cannot go on, naming the stuck tasks. */
export function describeDeadlock(
  tasks: Iterable<Task<unknown>>,
): DeadlockError {
  const stuck = Array.from(tasks, (task) => `\n  ${task}`);
  return new DeadlockError(
    "Cannot go on: nothing is ready and nothing is pending, tasks waiting:" +
      (stuck.join("") || " none"),
  );
}
