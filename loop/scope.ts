import type { Task } from "./tasks.ts";

/**
 * A region of a task that can be cancelled apart from the rest of it: the
 * whole task, or the body of a timeout or a task group inside it.
 *
 * The async context of native code holds the scope it runs in, so a wait knows
 * the task it belongs to, and a timeout cancels only the waits of its body
 * when the task stands in several.
 */
export class Scope {
  /** The task that the region belongs to. */
  readonly task: Task<unknown>;
  /** The region around this one, `null` for the whole task. */
  readonly parent: Scope | null;

  /** Creates a region inside another, or the region of a whole task. */
  constructor(task: Task<unknown>, parent: Scope | null) {
    this.task = task;
    this.parent = parent;
  }

  /** Tells whether this region is `other` or lies inside it. */
  within(other: Scope): boolean {
    if (this === other) return true;
    return this.parent !== null && this.parent.within(other);
  }
}
