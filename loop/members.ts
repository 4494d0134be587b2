import type { Future } from "./futures.ts";
import { type Link, LinkedList } from "./linked_list.ts";
import type { Task } from "./tasks.ts";
import type { Runnable } from "./timer_queue.ts";

/** One task of a group: a link of the list, and told when the task is done. */
class Member implements Link<Member>, Runnable {
  readonly task: Task<unknown>;
  previous: Member | null = null;
  next: Member | null = null;
  readonly #members: Members;

  constructor(task: Task<unknown>, members: Members) {
    this.task = task;
    this.#members = members;
  }

  run(): void {
    this.#members.leave(this);
  }

  awaiter(): Future<unknown> {
    return this.#members.parent;
  }
}

/**
 * The tasks of a group that have not ended, oldest first; a list rather than a
 * set, because that takes half the memory and time.
 */
export class Members {
  readonly #parent: () => Task<unknown>;
  readonly #left: (task: Task<unknown>) => void;
  readonly #list = new LinkedList<Member>();

  /**
   * Creates an empty list.
   *
   * @param parent Returns the task that waits for the members.
   * @param left Called with each task that is done, and no longer a member.
   */
  constructor(
    parent: () => Task<unknown>,
    left: (task: Task<unknown>) => void,
  ) {
    this.#parent = parent;
    this.#left = left;
  }

  /** How many tasks have not ended. */
  get size(): number {
    return this.#list.size;
  }

  /** The task that waits for the members. */
  get parent(): Task<unknown> {
    return this.#parent();
  }

  /** Adds a task; the group is told when it is done. */
  add(task: Task<unknown>): void {
    const member = new Member(task, this);
    this.#list.add(member);
    task.addWaiter(member);
  }

  /** Takes a member out, whose task is done, and tells the group. */
  leave(member: Member): void {
    this.#list.delete(member);
    this.#left(member.task);
  }

  /** Cancels all. */
  cancel(): void {
    for (const { task } of this.#list) task.cancel();
  }
}
