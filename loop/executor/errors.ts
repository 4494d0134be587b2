import { RuntimeError } from "../errors.ts";

/**
 * Thrown by `submit()` when too many jobs are waiting already, see the option
 * `maxQueue`.
 */
export class ExecutorFullError extends RuntimeError {
  /** The name of the class, as printed before the message. */
  override name = "ExecutorFullError";
}

/**
 * Thrown to who waits for a job whose worker died: an error that nobody caught
 * in it, `Deno.exit()`, or a signal to its process. The next job has another
 * worker.
 */
export class WorkerDiedError extends RuntimeError {
  /** The name of the class, as printed before the message. */
  override name = "WorkerDiedError";
}
