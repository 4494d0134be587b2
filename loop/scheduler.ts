import { HANDLES_PER_CLOCK_READ, SLICE_SECONDS } from "./constants.ts";
import { scopeStorage } from "./context.ts";
import { hop } from "./host.ts";
import { Movers } from "./movers.ts";
import { ReadyQueue } from "./ready_queue.ts";
import { running } from "./running.ts";
import type { SlowSteps } from "./slow_steps.ts";
import { type Runnable, type Timer, TimerQueue } from "./timer_queue.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";

const resolved = Promise.resolve();

/** How the scheduler reaches its loop's clock, host and error report. */
export interface SchedulerHost {
  /** The loop's clock, in seconds. */
  time(): number;
  /** Reports an error that a runnable let through. */
  reportError(error: unknown): void;
  /** Nothing is ready: arms whatever wakes the loop for the next timer. */
  sleepUntil(next: Timer | undefined): void;
  /** Called at the end of the iteration in which `stop()` was called. */
  stopped(): void;
}

/**
 * Runs what is ready, in the order and the iterations of asyncio.
 *
 * | state     | who continues                                               |
 * |-----------|-------------------------------------------------------------|
 * | idle      | `enqueue`, or the timer armed by `sleepUntil`                |
 * | scheduled | `#turn`, in a microtask or macrotask, or called by `movers`  |
 * | draining  | the loop in `#drain`, on the stack now                       |
 * | detached  | `resume`, called by the promise reaction that a handle fired |
 *
 * Between two handles it waits for the native code that the first one resumed:
 * see {@linkcode Movers}.
 */
export class Scheduler {
  /** The native code that has to settle before the next handle. */
  readonly movers: Movers;
  /** Times what runs, in debug mode. */
  watch: SlowSteps | null = null;
  readonly #host: SchedulerHost;
  readonly #loop: BaseEventLoop;
  readonly #timers = new TimerQueue();
  readonly #ready = new ReadyQueue();
  /** How many of the ready ones belong to the current iteration. */
  #left = 0;
  #state: "idle" | "scheduled" | "draining" | "detached" = "idle";
  #active = false;
  #stopping = false;
  /** No iteration has begun since `start`, or since `stop` while idle. */
  #fresh = true;
  /** Reaction of the current handle is pending; the drain has returned. */
  #detached = false;
  #handlesUntilClockRead = HANDLES_PER_CLOCK_READ;
  #sliceEnd = 0;
  /** A timer may be due although the clock was not read lately. */
  #timersHint = false;

  /** Creates the scheduler of a loop. */
  constructor(loop: BaseEventLoop, host: SchedulerHost) {
    this.#loop = loop;
    this.#host = host;
    this.movers = new Movers(this.#turn, () => this.#noteHost());
  }

  /** Whether nothing is ready, running or moving. */
  get idle(): boolean {
    return this.#state === "idle" && this.#ready.size === 0;
  }

  /** Appends to the ready queue. */
  enqueue(runnable: Runnable): void {
    if (running.loop === null) this.#noteNativeCaller();
    this.append(runnable);
  }

  /** As `enqueue`, where the caller parks: it need not be waited for. */
  append(runnable: Runnable): void {
    this.#ready.push(runnable);
    if (this.#state === "idle" && this.#active) this.#schedule();
  }

  /** Adds a timer; `due` if its time may have come already. */
  schedule(timer: Timer, due = false): void {
    this.#timers.push(timer);
    if (this.#state !== "idle") this.#timersHint ||= due;
    else if (this.#active && this.#timers.peek() === timer) {
      this.#host.sleepUntil(timer);
    }
  }

  /** Begins to turn; `stop` ends it. */
  start(): void {
    this.#active = true;
    this.#fresh = true;
    if (this.#state === "idle") this.#schedule();
  }

  /** Ends turning when the current iteration, or the next one, is over. */
  stop(): void {
    this.#stopping = true;
    if (this.#state !== "idle") return;
    this.#fresh = true;
    if (this.#active) this.#schedule();
  }

  /** Stops turning at once; what is ready stays so. */
  pause(): void {
    this.#active = false;
    this.#stopping = false;
    this.movers.giveUp();
  }

  /** Called by the host when the armed timer fired or a hop was asked for. */
  wake(): void {
    if (this.#state !== "idle" || !this.#active) return;
    this.#state = "scheduled";
    this.#timersHint = true;
    this.#turn();
  }

  /** Drops everything that is ready or timed. */
  clear(): void {
    this.#ready.clear();
    this.#left = 0;
    this.#timers.clear();
  }

  /** The next timer, for deadlock reports and `sleepUntil`. */
  nextTimer(): Timer | undefined {
    return this.#timers.peek();
  }

  /** The running handle goes on in a promise reaction that calls `resume`. */
  detach(): void {
    this.#detached = true;
  }

  /** The reaction of the last handle is over: goes on with the next one. */
  resume(): void {
    if (!this.#detached) return;
    this.#detached = false;
    this.#continue();
  }

  /**
   * Tells whether native code that never parks has used up its slice and must
   * let the host serve I/O; counts calls, because reading the clock is dear.
   */
  sliceIsOver(): boolean {
    if (--this.#handlesUntilClockRead > 0) return false;
    this.#handlesUntilClockRead = HANDLES_PER_CLOCK_READ;
    return this.#readSlice();
  }

  /** Native code scheduled something: it runs to its next wait first. */
  #noteNativeCaller(): void {
    if (running.strand !== undefined) return;
    const scope = scopeStorage.getStore();
    if (scope === undefined || scope.task.loop !== this.#loop) return;
    if (!scope.task.done()) this.movers.move(scope.task);
  }

  #schedule(): void {
    this.#state = "scheduled";
    resolved.then(this.#turn);
  }

  #hop(): void {
    this.#state = "scheduled";
    this.#noteHost();
    hop(this.#turn);
  }

  /** What runs next does so after the host has had its turn. */
  #noteHost(): void {
    this.watch?.drop();
    this.#sliceEnd = 0;
    this.movers.rest();
  }

  readonly #turn = (): void => {
    if (this.#active) this.#continue();
    else this.#state = "idle";
  };

  #continue(): void {
    if (this.movers.any) this.#waitForMovers();
    else this.#drain();
  }

  #waitForMovers(): void {
    this.#state = "scheduled";
    this.movers.wait();
  }

  #drain(): void {
    this.watch?.end();
    this.watch?.open();
    this.#state = "draining";
    running.loop = this.#loop;
    running.strand = null;
    while (this.#next()) {
      this.#left--;
      const runnable = this.#ready.shift();
      this.watch?.begin(runnable);
      try {
        runnable.run();
      } catch (error) {
        this.#host.reportError(error);
      }
      if (this.#detached) {
        this.#state = "detached";
        break;
      }
      if (this.movers.any) {
        this.#waitForMovers();
        break;
      }
      this.watch?.end();
    }
    running.loop = null;
    running.strand = undefined;
  }

  /** Makes sure that the iteration has another handle; false ends the drain. */
  #next(): boolean {
    if (--this.#handlesUntilClockRead <= 0 && this.#readSlice()) {
      this.#hop();
      return false;
    }
    return this.#left > 0 || this.#beginIteration();
  }

  #beginIteration(): boolean {
    if (this.#stopping && !this.#fresh) return this.#finish();
    this.#fresh = false;
    if (this.#timersHint || this.#ready.size === 0) this.#collectDueTimers();
    this.#left = this.#ready.size;
    if (this.#left > 0) return true;
    return this.#stopping ? this.#finish() : this.#rest();
  }

  #finish(): boolean {
    this.#stopping = false;
    this.#active = false;
    this.#state = "idle";
    this.#sliceEnd = 0;
    this.movers.rest();
    this.#host.stopped();
    return false;
  }

  #rest(): boolean {
    this.#state = "idle";
    this.#sliceEnd = 0;
    this.movers.rest();
    this.#host.sleepUntil(this.#timers.peek());
    return false;
  }

  /** Tells whether the slice is used up; the first call begins a new one. */
  #readSlice(): boolean {
    this.#handlesUntilClockRead = HANDLES_PER_CLOCK_READ;
    this.#timersHint = true;
    const now = performance.now() / 1000;
    if (this.#sliceEnd === 0) this.#sliceEnd = now + SLICE_SECONDS;
    if (now < this.#sliceEnd) return false;
    this.#sliceEnd = 0;
    return true;
  }

  #collectDueTimers(): void {
    this.#timersHint = false;
    let timer = this.#timers.peek();
    if (timer === undefined) return;
    const now = this.#host.time();
    while (timer !== undefined && timer.when <= now) {
      this.#timers.shift();
      const { target } = timer;
      timer.target = null;
      this.#ready.push(target!);
      timer = this.#timers.peek();
    }
  }
}
