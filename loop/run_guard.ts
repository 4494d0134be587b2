import type { BaseEventLoop } from "./base_event_loop.ts";
import { describeDeadlock } from "./deadlock.ts";
import { CancelledError, KeyboardInterrupt } from "./errors.ts";
import { InterruptListener } from "./interrupt_listener.ts";
import type { Task } from "./tasks.ts";

/** Exit code of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * What watches over a run: Ctrl-C, the end of the process while the run still
 * waits, and cancellations that reject promises nobody is awaiting yet.
 */
export class RunGuard implements AsyncDisposable {
  /** How often Ctrl-C was pressed. */
  interrupts = 0;
  readonly #loop: BaseEventLoop;
  readonly #task: Task<unknown>;
  readonly #listener: InterruptListener;

  /** Begins to watch over the run of a main task. */
  constructor(loop: BaseEventLoop, task: Task<unknown>) {
    this.#loop = loop;
    this.#task = task;
    this.#listener = new InterruptListener(loop, this.#interrupt);
    globalThis.addEventListener?.("beforeunload", this.#beforeUnload);
    globalThis.addEventListener?.("unhandledrejection", this.#unhandled);
  }

  /** Takes all listeners back. */
  async [Symbol.asyncDispose](): Promise<void> {
    globalThis.removeEventListener?.("beforeunload", this.#beforeUnload);
    globalThis.removeEventListener?.("unhandledrejection", this.#unhandled);
    await this.#listener.close();
  }

  /** Makes the error of an interrupted run. */
  keyboardInterrupt(): KeyboardInterrupt {
    // Adding the same listener again does nothing.
    globalThis.addEventListener?.("unhandledrejection", exitWhenUnhandled);
    return new KeyboardInterrupt("Ctrl-C ended the main task");
  }

  readonly #interrupt = (): void => {
    this.interrupts++;
    if (this.interrupts === 1 && !this.#task.done()) this.#task.cancel();
    else this.#loop.abortRun(this.keyboardInterrupt());
  };

  /** The runtime has nothing left to do, and the main task still waits. */
  readonly #beforeUnload = (event: Event): void => {
    event.preventDefault();
    this.#loop.abortRun(describeDeadlock(this.#loop.tasks));
  };

  /**
   * A promise that was started but not awaited yet rejects when its task is
   * cancelled: no reason to end the process.
   */
  readonly #unhandled = (event: PromiseRejectionEvent): void => {
    if (event.reason instanceof CancelledError) event.preventDefault();
  };
}

/**
 * Ends the process with the right code. It listens from the first interrupt
 * on, for closing the loop may take long before the error reaches anybody.
 */
function exitWhenUnhandled(event: PromiseRejectionEvent): void {
  const { reason, defaultPrevented } = event;
  if (defaultPrevented || !(reason instanceof KeyboardInterrupt)) return;
  event.preventDefault();
  console.error(String(reason));
  (globalThis as { Deno?: typeof Deno }).Deno?.exit(INTERRUPTED);
}
