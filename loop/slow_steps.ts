import type { BaseEventLoop } from "./base_event_loop.ts";
import { describeSampled } from "./creation_site.ts";
import { Handle } from "./handles.ts";
import { log } from "./log.ts";
import { NativeWait } from "./native_wait.ts";
import { Strand } from "./strand.ts";
import type { Task } from "./tasks.ts";
import type { Runnable } from "./timer_queue.ts";
import { reviewCoroutines } from "./unawaited.ts";

/** How often a busy loop looks for what is held too long, in milliseconds. */
const REVIEW_INTERVAL = 1000;

/**
 * Tells for how many seconds a task has not made a step; `null` outside debug
 * mode.
 */
export function secondsAtRest(task: Task<unknown>): number | null {
  const start = task.waits.restsSince;
  return start < 0 ? null : (performance.now() - start) / 1000;
}

/**
 * Reports what keeps the loop busy for too long, in debug mode.
 *
 * A callback and a generator are timed while they run; native code from its
 * resumption until it stands in a wait again, unless it let the host run.
 */
export class SlowSteps {
  readonly #loop: BaseEventLoop;
  #running: Runnable | null = null;
  /** When the step began: the end of the one before, to spare a clock read. */
  #start = 0;
  /** When it is looked again for what is held too long. */
  #nextReview = 0;

  /** Creates the watch of a loop. */
  constructor(loop: BaseEventLoop) {
    this.#loop = loop;
  }

  /** Steps follow that have not been timed yet. */
  open(): void {
    if (this.#running !== null) return;
    this.#start = performance.now();
    this.#loop.unclosed?.noteTime(this.#start);
  }

  /** Whether a step is being timed, with the native code it resumed. */
  get timing(): boolean {
    return this.#running !== null;
  }

  /** A runnable begins; it ends with `end` or `drop`. */
  begin(runnable: Runnable): void {
    this.#running = runnable;
  }

  /** The step is over, and so is the native code it resumed. */
  end(): void {
    reviewCoroutines();
    const runnable = this.#running;
    if (runnable === null) return;
    this.#running = null;
    const now = performance.now();
    const seconds = (now - this.#start) / 1000;
    this.#start = now;
    const { unclosed } = this.#loop;
    unclosed?.noteTime(now);
    const task = taskOf(runnable);
    if (task !== null) task.waits.restsSince = Math.floor(now);
    if (seconds >= this.#loop.slowCallbackDuration) report(runnable, seconds);
    if (now < this.#nextReview) return;
    this.#nextReview = now + REVIEW_INTERVAL;
    unclosed?.reviewHolds();
  }

  /** The step let the host run: how long it took says nothing. */
  drop(): void {
    this.#running = null;
  }
}

function report(runnable: Runnable, seconds: number): void {
  const subject = subjectOf(runnable);
  if (subject === null) return;
  const { site } = subject;
  log(
    "warning",
    `Executing ${subject} took ${seconds.toFixed(3)} seconds\n` +
      `Object created at (most recent call first):\n${describeSampled(site)}`,
    { subject, seconds, site },
  );
}

/** The task or handle that ran, `null` for the library's own business. */
function subjectOf(runnable: Runnable): Task<unknown> | Handle | null {
  return runnable instanceof Handle ? runnable : taskOf(runnable);
}

function taskOf(runnable: Runnable): Task<unknown> | null {
  if (runnable instanceof Strand) return runnable.scope.task;
  if (runnable instanceof NativeWait) return runnable.scope?.task ?? null;
  return null;
}
