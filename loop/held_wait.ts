import type { NativeWait } from "./native_wait.ts";
import type { Scope } from "./scope.ts";
import type { Runnable } from "./timer_queue.ts";
import { HELD, type Interruption, type Wait } from "./waits.ts";

/**
 * The wait of native code that has its result in hand, but has run for so long
 * that the host and everybody else have their turn first.
 *
 * A request to cancel the task finds the result taken already, an item out of
 * its queue: it is thrown at the next wait, and not at all if none follows.
 */
export class HeldWait implements Wait, Runnable {
  readonly scope: Scope | null;
  previous: Wait | null = null;
  next: Wait | null = null;
  readonly #wait: NativeWait<unknown, unknown, unknown>;
  readonly #failed: boolean;
  readonly #value: unknown;

  /** Creates the wait for a turn of code that then goes on with a result. */
  constructor(
    wait: NativeWait<unknown, unknown, unknown>,
    failed: boolean,
    value: unknown,
  ) {
    this.scope = wait.scope;
    this.#wait = wait;
    this.#failed = failed;
    this.#value = value;
  }

  /** Lets the host have its turn, then stands behind all that is ready. */
  begin(): void {
    const { scheduler } = this.#wait.loop;
    const task = this.scope?.task;
    task?.waits.add(this);
    const mover = task ?? scheduler.movers.outside;
    scheduler.movers.defer(mover, () => scheduler.append(this));
  }

  run(): void {
    this.scope?.task.waits.remove(this);
    this.#wait.resume(this.#failed, this.#value);
  }

  describe(): string {
    return "";
  }

  interrupt(): Interruption {
    return HELD;
  }
}
