import type { BaseEventLoop } from "../base_event_loop.ts";
import { Future } from "../futures.ts";
import { runInCallback } from "../running.ts";
import type { Task } from "../tasks.ts";

/** A future that ends as a task of another loop does, and is cancelled with it. */
export class LinkedFuture<T> extends Future<T> {
  #task: Task<T> | null = null;

  /** Creates the future, which counts as a wait for somebody outside. */
  constructor(loop: BaseEventLoop) {
    super(loop);
    loop.foreignPromises++;
  }

  /** Creates the task and follows it; called by the loop of the task. */
  link(create: () => Task<T>): void {
    if (this.done()) return;
    try {
      this.#task = create();
    } catch (error) {
      return this.#settle(() => this.setException(error));
    }
    this.#task.addDoneCallback((task) => this.#follow(task));
  }

  /** Cancels the task too, through its loop. */
  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.loop.foreignPromises--;
    const task = this.#task;
    if (task !== null && !task.getLoop().isClosed()) {
      task.getLoop().callSoonThreadsafe(() => task.cancel(message));
    }
    return true;
  }

  #follow(task: Task<T>): void {
    const { failed } = task;
    const outcome = task.takeOutcome();
    this.#settle(() => {
      if (task.cancelled()) super.cancel(task.cancelMessage);
      else if (failed) this.setException(outcome);
      else this.setResult(outcome as T);
    });
  }

  #settle(settle: () => void): void {
    if (this.done()) return;
    this.loop.foreignPromises--;
    if (!this.loop.isClosed()) runInCallback(this.loop, settle);
  }
}
