import type { Task } from "./tasks.ts";

/** The tasks of a loop that have not ended, oldest first. */
export class TaskList {
  #first: Task<unknown> | null = null;
  #last: Task<unknown> | null = null;

  /** Adds a task. */
  add(task: Task<unknown>): void {
    const last = this.#last;
    task.previous = last;
    if (last === null) this.#first = task;
    else last.next = task;
    this.#last = task;
  }

  /** Removes a task that is in the list. */
  delete(task: Task<unknown>): void {
    const { previous, next } = task;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    task.previous = null;
    task.next = null;
  }

  /** Iterates over the tasks, oldest first. */
  *[Symbol.iterator](): IterableIterator<Task<unknown>> {
    for (let task = this.#first; task !== null; task = task.next) yield task;
  }
}
