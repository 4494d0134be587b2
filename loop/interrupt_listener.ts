import type { BaseEventLoop } from "./base_event_loop.ts";
import { hasForeignResources, hop, onSignal } from "./host.ts";
import type { Timer } from "./timer_queue.ts";

/** How long a loop rests before it is looked whether it is stuck, in ms. */
const PATIENCE = 50;

/** What to call at which signal. */
export type Interrupts = Partial<Record<Deno.Signal, () => void>>;

/**
 * Listens for Ctrl-C and its like during a run, except while nobody could end
 * the run.
 *
 * A signal listener does not keep Deno alive, but under a top-level `await` it
 * keeps Deno from noticing that nothing is left to wait for: a deadlocked
 * program would hang for ever. So the listeners are taken back while the loop
 * rests, has no timer and nothing open, and every task stands in a wait that
 * only another task could end.
 */
export class InterruptListener {
  readonly #loop: BaseEventLoop;
  readonly #interrupts: Interrupts;
  #releases: (() => void)[] = [];
  #check: ReturnType<typeof setTimeout> | undefined;

  /** Begins to listen. */
  constructor(loop: BaseEventLoop, interrupts: Interrupts) {
    this.#loop = loop;
    this.#interrupts = interrupts;
    this.#listen();
    loop.onRest = (timer) => this.#review(timer);
  }

  /**
   * Stops listening. Deno needs a macrotask to let go of a signal: it is
   * waited for, so that a run leaves no operation behind.
   */
  async close(): Promise<void> {
    this.#loop.onRest = null;
    clearTimeout(this.#check);
    if (this.#releases.length === 0) return;
    this.#unlisten();
    await new Promise<void>((resolve) => hop(resolve));
  }

  #listen(): void {
    if (this.#releases.length > 0) return;
    for (const [signal, callback] of Object.entries(this.#interrupts)) {
      const release = onSignal(signal as Deno.Signal, callback);
      if (release !== null) this.#releases.push(release);
    }
  }

  #unlisten(): void {
    for (const release of this.#releases) release();
    this.#releases = [];
  }

  /** The loop rests: looks later, not at each of many rests, if it is stuck. */
  #review(timer: Timer | undefined): void {
    this.#listen();
    if (timer !== undefined || this.#loop.isServing()) return;
    this.#check ??= setTimeout(() => {
      this.#check = undefined;
      if (this.#isStuck()) this.#unlisten();
    }, PATIENCE);
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
