import type { BaseEventLoop } from "./base_event_loop.ts";
import { describeDeadlock } from "./deadlock.ts";
import {
  hasForeignResources,
  hasForeignTimers,
  hop,
  onSignal,
  quietTimer,
} from "./host.ts";
import { log } from "./log.ts";
import type { Timer } from "./timer_queue.ts";

/**
 * How long a loop rests before it is looked whether it is stuck, in seconds:
 * Deno does not tell that others wait for a file, a name or a key.
 */
const PATIENCE = 1;

/** What to call at which signal. */
export type Interrupts = Partial<Record<Deno.Signal, () => void>>;

/**
 * Listens for Ctrl-C and its like during a run, except while nobody could end
 * the run.
 *
 * A signal listener does not keep Deno alive, but under a top-level `await` it
 * keeps Deno from noticing that nothing is left to wait for: a deadlocked
 * program would hang for ever. So once the loop has rested for a while, has no
 * timer and nothing open, every task stands in a wait that only another task
 * could end, and nobody else has a timer or anything open either, the stuck
 * tasks are reported and the listeners taken back. If Deno agrees that nothing
 * is left to wait for, it then ends the process.
 */
export class InterruptListener {
  readonly #loop: BaseEventLoop;
  readonly #interrupts: Interrupts;
  #releases: (() => void)[] = [];
  /** Takes back the timer that looks whether the loop is stuck. */
  #forgetLook: (() => void) | null = null;
  #reported = false;

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
    this.#forgetLook?.();
    this.#forgetLook = null;
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
    if (timer === undefined && !this.#loop.isServing()) this.#lookLater();
  }

  #lookLater(): void {
    // Without listeners the runtime finds out by itself.
    if (this.#releases.length === 0) return;
    this.#forgetLook ??= quietTimer(() => this.#look(), PATIENCE);
  }

  #look(): void {
    this.#forgetLook = null;
    const { scheduler } = this.#loop;
    if (!scheduler.idle || scheduler.nextTimer() !== undefined) return;
    if (this.#couldGoOn()) return;
    // Nobody tells when what is foreign ends.
    if (this.#isForeign()) this.#lookLater();
    else this.#giveUp();
  }

  #isForeign(): boolean {
    return hasForeignResources(this.#releases.length) ||
      hasForeignTimers() === true;
  }

  #giveUp(): void {
    if (!this.#reported && hasForeignTimers() !== null) {
      const report = describeDeadlock(this.#loop.tasks, true);
      log("error", String(report), { loop: this.#loop });
      this.#reported = true;
    }
    this.#unlisten();
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
