import type { BaseEventLoop } from "./base_event_loop.ts";
import { MAXIMUM_NATIVE_TIMER } from "./constants.ts";
import { SystemExit } from "./errors.ts";
import { exitWhenUnhandled } from "./exit_code.ts";
import { hop, onSignal } from "./host.ts";
import { log } from "./log.ts";
import type { Task } from "./tasks.ts";

/** Exit code of a process that SIGTERM ended. */
const TERMINATED = 143;

/**
 * What SIGTERM does to a run that handles it: it cancels the main task, and
 * sets a deadline for all that is left to do until the loop is closed.
 */
export class Termination {
  /** Whether SIGTERM has arrived while the main task was running. */
  requested = false;
  /** Whether it arrived afterwards, while the loop was being closed. */
  requestedLate = false;
  /** Whether the time to clean up is over. */
  expired = false;
  readonly #loop: BaseEventLoop;
  readonly #gracePeriod: number;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #release: (() => void) | null = null;

  /**
   * Prepares for the signal.
   *
   * @param gracePeriod How long cleaning up may take, in seconds.
   */
  constructor(loop: BaseEventLoop, gracePeriod: number) {
    this.#loop = loop;
    this.#gracePeriod = gracePeriod;
  }

  /**
   * Cancels the main task. Only the first signal counts: a process and its
   * group are often sent one each.
   */
  request(task: Task<unknown>): void {
    if (this.requested) return;
    this.requested = true;
    exitWhenUnhandled();
    this.cover();
    this.#setDeadline();
    if (task.done()) this.#loop.abortRun(this.makeError());
    else task.cancel();
  }

  /**
   * Takes the signals that arrive when nobody watches over the main task any
   * more: they must not cut short what is being cleaned up.
   */
  cover(): void {
    this.#release ??= onSignal("SIGTERM", () => {
      if (this.requested || this.requestedLate) return;
      if (this.#loop.handlesSignal("SIGTERM")) return;
      this.requestedLate = true;
      exitWhenUnhandled();
      this.#setDeadline();
    });
  }

  /** Makes the error of a terminated run. */
  makeError(): SystemExit {
    return new SystemExit("SIGTERM ended the main task", TERMINATED);
  }

  /** Makes the error of a run that was terminated after its main task. */
  makeLateError(): SystemExit {
    return new SystemExit("SIGTERM arrived after the main task", TERMINATED);
  }

  /** The run is over: leaves the signal alone, and has no deadline any more. */
  async close(): Promise<void> {
    clearTimeout(this.#deadline);
    if (this.#release === null) return;
    this.#release();
    // Deno needs a macrotask to let go of a signal.
    await new Promise<void>((resolve) => hop(resolve));
  }

  #setDeadline(): void {
    const seconds = Math.min(this.#gracePeriod, MAXIMUM_NATIVE_TIMER);
    this.#deadline = setTimeout(this.#expire, seconds * 1000);
  }

  readonly #expire = (): void => {
    this.expired = true;
    const tasks = [...this.#loop.tasks];
    log(
      "warning",
      `Cannot end the run within ${this.#gracePeriod} seconds of SIGTERM, ` +
        `tasks cleaning up:${tasks.map((task) => `\n  ${task}`).join("")}`,
      { tasks },
    );
    this.#loop.abortRun(this.makeError());
  };
}
