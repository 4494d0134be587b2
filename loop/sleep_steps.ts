import type { Suspension } from "./awaitables.ts";
import {
  type AnyNativeWait,
  type DirectSteps,
  WAIT,
  type WaitingSteps,
} from "./direct_steps.ts";
import { CancelledError } from "./errors.ts";
import type { Future } from "./futures.ts";
import { currentLoop } from "./running.ts";
import type { Steps } from "./strand.ts";
import { answerProbe, probe, type ProbedWait } from "./suspended_frames.ts";
import { type Runnable, Timer } from "./timer_queue.ts";
import { type Interruption, SCHEDULED, TAKEN } from "./waits.ts";

/**
 * One wait in `sleep()`, the hottest wait of all. Without a delay it gives up
 * one turn; else it is the target of a timer.
 *
 * In a generator the timer completes a future. Native code does without one,
 * but as with a future the timer is one handle and the wake-up another.
 */
export class SleepSteps<T>
  implements Steps<T>, DirectSteps, WaitingSteps, ProbedWait, Runnable {
  /** With `done` the iterator result of a wait in a generator. */
  value: Future<T> | undefined = undefined;
  readonly done = false;
  readonly #delay: number;
  readonly #result: T;
  #yielded = false;
  /** Pending until it fires. */
  #timer: Timer | null = null;
  /** The native code that waits for the timer. */
  #wait: AnyNativeWait | null = null;
  #cancelled: CancelledError | null = null;

  /** Creates the steps of one wait of so many seconds. */
  constructor(delay: number, result: T) {
    this.#delay = delay;
    this.#result = result;
  }

  get answersProbes(): true {
    return true;
  }

  get alone(): true {
    return true;
  }

  next(): IteratorResult<Suspension, T> {
    if (probe.asking) return answerProbe(this);
    if (this.#yielded) return { done: true, value: this.#result };
    this.#yielded = true;
    if (this.#delay > 0) this.#startFuture();
    return this;
  }

  return(value: T): IteratorResult<Suspension, T> {
    this.#timer?.cancel();
    return { done: true, value };
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    this.#timer?.cancel();
    throw error;
  }

  attempt(): typeof WAIT {
    return WAIT;
  }

  begin(wait: AnyNativeWait): void {
    if (this.#delay > 0) {
      this.#wait = wait;
      this.#startTimer(wait.loop);
    } else wait.loop.scheduler.append(wait);
    wait.park(this);
  }

  conclude(wait: AnyNativeWait, due: CancelledError | null): void {
    const error = this.#cancelled ?? due;
    if (error === null) wait.resume(false, this.#result);
    else wait.resume(true, error);
  }

  /** The handle of the timer; what is cancelled may have been ready already. */
  run(): void {
    if (this.#timer === null) return;
    this.#timer = null;
    const wait = this.#wait;
    if (wait !== null) wait.loop.enqueue(wait);
    else if (!this.value!.done()) this.value!.setResult(this.#result);
  }

  describe(): string {
    return "sleep";
  }

  interrupt(wait: AnyNativeWait, message: string | undefined): Interruption {
    if (this.#timer === null) return SCHEDULED;
    this.#timer.cancel();
    this.#timer = null;
    this.#cancelled = new CancelledError(message);
    wait.loop.enqueue(wait);
    return TAKEN;
  }

  #startFuture(): void {
    const loop = currentLoop();
    this.value = loop.createFuture<T>().named("sleep");
    this.#startTimer(loop);
  }

  #startTimer(loop: ReturnType<typeof currentLoop>): void {
    const timer = this.#timer = new Timer(loop.time() + this.#delay, this);
    loop.scheduler.schedule(timer);
  }
}
