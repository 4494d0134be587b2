import { DeadlockError } from "./errors.ts";
import type { Task } from "./tasks.ts";

/** Makes the error of a run that cannot go on, naming the stuck tasks. */
export function describeDeadlock(
  tasks: Iterable<Task<unknown>>,
): DeadlockError {
  const names = [...tasks].map((task) => `'${task.getName()}'`);
  return new DeadlockError(
    "Cannot go on: nothing is ready and nothing is pending, tasks waiting: " +
      (names.join(", ") || "none"),
  );
}
