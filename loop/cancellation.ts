import { CancelledError } from "./errors.ts";
import { currentScope } from "./running.ts";
import type { Scope } from "./scope.ts";
import type { Task } from "./tasks.ts";
import { HELD, type Interruption, PASSED, TAKEN, type Wait } from "./waits.ts";

/** An abort signal of the code in one region of a task. */
interface ScopedSignal {
  readonly scope: Scope;
  readonly controller: AbortController;
}

function isUsable({ controller }: ScopedSignal): boolean {
  return !controller.signal.aborted;
}

/** The requests to cancel a task, and the error that is due to it. */
export class Cancellation {
  /** How many requests are outstanding. */
  requests = 0;
  readonly #task: Task<unknown>;
  /**
   * The region of the task in which a CancelledError is still to be thrown:
   * asyncio's `_must_cancel`.
   */
  #due: Scope | null = null;
  #message: string | undefined;
  /** The request found native code that cannot be stopped until it waits. */
  #adrift = false;
  /** The request found a result in the task's hand: it must not be lost. */
  #held = false;
  /** The waits are being interrupted now. */
  #interrupting = false;
  /** While they were, the request came back to this task. */
  #circular = false;
  /** The signals in use, each with the region whose end aborts it. */
  #signals: ScopedSignal[] = [];

  /** Creates the record of a task that nobody asked to cancel yet. */
  constructor(task: Task<unknown>) {
    this.#task = task;
  }

  /** Whether an error is due that ends the task if no step throws it. */
  get due(): boolean {
    return this.#due !== null && !this.#held;
  }

  /** Whether the error that is due found a result in the task's hand. */
  get held(): boolean {
    return this.#due !== null && this.#held;
  }

  /** What the last request said that no wait took. */
  get message(): string | undefined {
    return this.#message;
  }

  /** Cancels one region of the task. */
  request(scope: Scope, message: string | undefined): void {
    this.requests++;
    if (this.#interrupting) {
      this.#circular = true;
      return;
    }
    const outcome = this.#interrupt(scope, message);
    if (outcome !== TAKEN) {
      this.#due = scope;
      this.#message = message;
      this.#held = outcome === HELD;
      this.#adrift = this.#held || (outcome === PASSED && this.#isAdrift());
    }
    this.#abort(scope, message);
  }

  /** Takes one request back; at zero the error is no longer due. */
  takeBack(): number {
    if (this.requests > 0) this.requests--;
    if (this.requests === 0) {
      this.#due = null;
      this.#signals = this.#signals.filter(isUsable);
    }
    return this.requests;
  }

  /** Takes the error that a step in `scope` must begin with. */
  take(scope: Scope): CancelledError | null {
    if (this.#due === null || !scope.within(this.#due)) return null;
    this.#due = null;
    this.#adrift = false;
    return new CancelledError(this.#message);
  }

  /** Takes the error due to native code that could not be stopped before. */
  takeAdrift(scope: Scope): CancelledError | null {
    return this.#adrift ? this.take(scope) : null;
  }

  /** A region was left: an error not thrown in it is due outside. */
  leave(scope: Scope): void {
    if (this.#due === scope) this.#due = scope.parent;
    if (this.#signals.length === 0) return;
    this.#signals = this.#signals.filter((one) => one.scope !== scope);
  }

  /** Interrupts a wait at its beginning if the error is due. */
  interruptAtPark(wait: Wait): void {
    if (this.#due === null || !wait.scope!.within(this.#due)) return;
    if (wait.interrupt(this.#message) === TAKEN) this.#due = null;
  }

  /**
   * The signal of the region of the task that the caller runs in, of the
   * `whole` task for others; made when first wanted.
   */
  signal(whole: Scope): AbortSignal {
    const current = currentScope();
    const scope = current?.task === this.#task ? current : whole;
    const known = this.#signals.find((one) => one.scope === scope);
    if (known !== undefined) return known.controller.signal;
    const controller = new AbortController();
    this.#signals.push({ scope, controller });
    if (this.requests > 0) {
      controller.abort(new CancelledError(this.#message));
    }
    return controller.signal;
  }

  /** Aborts the signals of a region and of those inside it. */
  #abort(within: Scope, message: string | undefined): void {
    for (const { scope, controller } of this.#signals) {
      if (!scope.within(within)) continue;
      controller.abort(new CancelledError(message));
    }
  }

  /**
   * Interrupts the waits. Tasks that await each other in a circle pass the
   * request round: who gets it again takes it by breaking off its own waits.
   */
  #interrupt(scope: Scope, message: string | undefined): Interruption {
    const { waits } = this.#task;
    this.#interrupting = true;
    const outcome = waits.interrupt(scope, message);
    this.#interrupting = false;
    if (!this.#circular) return outcome;
    this.#circular = false;
    waits.breakOff(scope, message);
    return TAKEN;
  }

  /** Whether native code of the task stands in a foreign promise. */
  #isAdrift(): boolean {
    const task = this.#task;
    return !task.loop.scheduler.movers.has(task) &&
      currentScope()?.task !== task;
  }
}
