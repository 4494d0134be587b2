import { DeadlockError } from "./errors.ts";
import { secondsAtRest } from "./slow_steps.ts";
import type { Task } from "./tasks.ts";

/**
 * Makes the error of a run that cannot go on, naming the stuck tasks and where
 * their generators stand and, in debug mode, for how long each has waited.
 *
 * @param hosted Whether the clock of the loop is that of the host.
 */
export function describeDeadlock(
  tasks: Iterable<Task<unknown>>,
  hosted: boolean,
): DeadlockError {
  const stuck = Array.from(tasks, (task) => {
    const seconds = hosted ? secondsAtRest(task) : null;
    const rest = seconds === null ? "" : ` for ${seconds.toFixed(3)} seconds`;
    const frames = task.waits.frames().map((frame) => `\n    at ${frame}`);
    return `\n  ${task}${rest}${frames.join("")}`;
  });
  return new DeadlockError(
    "Cannot go on: nothing is ready and nothing is pending, tasks waiting:" +
      (stuck.join("") || " none"),
  );
}
