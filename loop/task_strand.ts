import type { Scope } from "./scope.ts";
import { type Steps, Strand } from "./strand.ts";
import type { Task } from "./tasks.ts";

/** The main strand of a task. */
export class TaskStrand<T> extends Strand<T> {
  readonly #task: Task<T>;

  /** Creates the strand of a task. */
  constructor(scope: Scope, steps: Steps<T>, task: Task<T>) {
    super(scope, steps, false);
    this.#task = task;
  }

  protected succeed(value: T): void {
    this.#task.coroutineReturned(value);
  }

  protected fail(error: unknown): void {
    this.#task.coroutineThrew(error);
  }
}
