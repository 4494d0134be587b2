import type { BaseEventLoop } from "./base_event_loop.ts";
import { hasForeignResources, hop, onInterrupt } from "./host.ts";
import type { Timer } from "./timer_queue.ts";

/**
 * Listens for Ctrl-C during a run, except while nobody could end the run.
 *
 * A signal listener does not keep Deno alive, but under a top-level `await` it
 * keeps Deno from noticing that nothing is left to wait for: a deadlocked
 * program would hang for ever. So the listener is taken back while the loop
 * rests, has no timer and nothing open, and every task stands in a wait that
 * only another task could end.
 */
export class InterruptListener {
  readonly #loop: BaseEventLoop;
  readonly #callback: () => void;
  #release: (() => void) | null = null;
  #closed = false;

  /** Begins to listen. */
  constructor(loop: BaseEventLoop, callback: () => void) {
    this.#loop = loop;
    this.#callback = callback;
    this.#listen();
    loop.onRest = (timer) => this.#review(timer);
  }

  /**
   * Stops listening. Deno needs a macrotask to let go of a signal: it is
   * waited for, so that a run leaves no operation behind.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#loop.onRest = null;
    if (this.#release === null) return;
    this.#unlisten();
    await new Promise<void>((resolve) => hop(resolve));
  }

  #listen(): void {
    this.#release ??= onInterrupt(this.#callback);
  }

  #unlisten(): void {
    this.#release?.();
    this.#release = null;
  }

  #review(timer: Timer | undefined): void {
    if (timer !== undefined || this.#couldGoOn()) this.#listen();
    else {
      hop(() => {
        if (this.#closed || !this.#isStuck()) return;
        this.#unlisten();
      });
    }
  }

  #isStuck(): boolean {
    const { scheduler } = this.#loop;
    return scheduler.idle && scheduler.nextTimer() === undefined &&
      !this.#couldGoOn() && !hasForeignResources();
  }

  /** Whether somebody outside the tasks is known to be able to wake one. */
  #couldGoOn(): boolean {
    if (this.#loop.isServing()) return true;
    for (const task of this.#loop.tasks) {
      if (task.waits.describe() === "") return true;
    }
    return false;
  }
}
