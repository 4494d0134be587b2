import type { CancelledError } from "./errors.ts";
import type { Future } from "./futures.ts";
import { NativeReaction } from "./native_reaction.ts";
import type { Runnable } from "./timer_queue.ts";
import type { Interruption, Wait } from "./waits.ts";

/** A wait that native code stands in, with no generator behind it. */
export abstract class NativeWait<T, F = T, R = never>
  extends NativeReaction<T, F, R>
  implements Wait, Runnable {
  /** The neighbours in the task's list. */
  previous: Wait | null = null;
  /** The neighbours in the task's list. */
  next: Wait | null = null;

  /**
   * Calls `resume` with what the wait came to; its handle is running. An error
   * that is due to the task takes the place of anything but a CancelledError.
   */
  protected abstract conclude(due: CancelledError | null): void;

  abstract describe(): string;

  abstract interrupt(message: string | undefined): Interruption;

  /** Registers the wait: the native code stands in it from now on. */
  park(): void {
    const { scheduler } = this.loop;
    const task = this.scope?.task;
    if (task === undefined) return scheduler.settle(scheduler.outside);
    task.waits.add(this);
    task.interruptAtPark(this);
    // Last: what native code schedules counts as a sign that it moves.
    scheduler.settle(task);
  }

  awaiter(): Future<unknown> | null {
    return this.scope?.task ?? null;
  }

  /** The handle of the wait: resumes the native code. */
  run(): void {
    const { scope } = this;
    if (scope === null) return this.conclude(null);
    scope.task.waits.remove(this);
    this.conclude(scope.task.takeCancellation(scope));
  }
}
