import type { BaseEventLoop } from "./base_event_loop.ts";
import { describeDeadlock } from "./deadlock.ts";
import { CancelledError, KeyboardInterrupt } from "./errors.ts";
import { exitWhenUnhandled } from "./exit_code.ts";
import { onIdle } from "./host.ts";
import { InterruptListener } from "./interrupt_listener.ts";
import { LateRejections } from "./late_rejections.ts";
import type { Task } from "./tasks.ts";
import type { Termination } from "./termination.ts";

/**
 * What watches over a run: Ctrl-C, SIGTERM if the run handles it, the end of
 * the process while the run still waits, and cancellations that reject promises
 * nobody is awaiting yet.
 */
export class RunGuard implements AsyncDisposable {
  readonly #loop: BaseEventLoop;
  readonly #task: Task<unknown>;
  readonly #termination: Termination | null;
  readonly #listener: InterruptListener;
  readonly #rejections = new LateRejections();
  /** The runtime has nothing left to do, and the main task still waits. */
  readonly #forgetIdle = onIdle(() =>
    this.#loop.abortRun(describeDeadlock(this.#loop.tasks, true))
  );
  /** How often Ctrl-C was pressed. */
  #interrupts = 0;

  /**
   * Begins to watch over the run of a main task.
   *
   * @param termination What SIGTERM does, `null` to leave it alone.
   */
  constructor(
    loop: BaseEventLoop,
    task: Task<unknown>,
    termination: Termination | null,
  ) {
    this.#loop = loop;
    this.#task = task;
    this.#termination = termination;
    this.#listener = new InterruptListener(loop, {
      SIGINT: this.#interrupt,
      ...(termination === null ? {} : { SIGTERM: this.#terminate }),
    });
  }

  /** Takes all listeners back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#forgetIdle();
    await Promise.all([this.#listener.close(), this.#rejections.end()]);
  }

  /**
   * Explains how the main task ended.
   *
   * @returns The error to end the run with, instead of a CancelledError if only
   * signals asked for it.
   */
  explain(error: unknown): unknown {
    if (!(error instanceof CancelledError)) return error;
    const terminated = this.#termination?.requested === true;
    let requests = Math.min(this.#interrupts, 1) + (terminated ? 1 : 0);
    if (requests === 0) return error;
    while (--requests > 0) this.#task.uncancel();
    if (this.#task.uncancel() > 0) return error;
    return this.#interrupts > 0
      ? this.#keyboardInterrupt()
      : this.#termination!.makeError();
  }

  #keyboardInterrupt(): KeyboardInterrupt {
    return new KeyboardInterrupt("Ctrl-C ended the main task");
  }

  readonly #interrupt = (): void => {
    if (this.#loop.handlesSignal("SIGINT")) return;
    exitWhenUnhandled();
    this.#interrupts++;
    if (this.#interrupts === 1 && !this.#task.done()) this.#task.cancel();
    else this.#loop.abortRun(this.#keyboardInterrupt());
  };

  readonly #terminate = (): void => {
    if (this.#loop.handlesSignal("SIGTERM")) return;
    this.#termination!.request(this.#task);
  };
}
