import {
  HANDLES_PER_CLOCK_READ,
  SETTLE_TURNS,
  SLICE_SECONDS,
} from "./constants.ts";
import { scopeStorage } from "./context.ts";
import { hop } from "./host.ts";
import type { Mover } from "./mover.ts";
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
 * | scheduled | `#turn`, as a microtask or a macrotask of the host           |
 * | draining  | the loop in `#drain`, on the stack now                       |
 * | detached  | `resume`, called by the promise reaction that a handle fired |
 *
 * Native code cannot be stepped: after a handle resumed an async function the
 * next one waits until that function stands in a library wait or has ended
 * (it is then no longer a "mover"). It gets a bounded number of microtask
 * turns to be looked after, then one hop through the host, by which time all
 * microtasks are done: who has not settled even then stands in a foreign
 * promise and is no longer waited for.
 */
export class Scheduler {
  /** The native code that runs outside any task, for the settle check. */
  readonly outside: Mover = { epoch: -1 };
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
  /** Movers of the current epoch; a new epoch gives all of them up. */
  #moving = 0;
  #epoch = 0;
  #turns = 0;
  /** The hop that the movers are given is on its way, or was just made. */
  #hopped = false;
  /** A hop with another number comes too late. */
  #ticket = 0;
  #handlesUntilClockRead = HANDLES_PER_CLOCK_READ;
  #sliceEnd = 0;
  /** A timer may be due although the clock was not read lately. */
  #timersHint = false;

  /** Creates the scheduler of a loop. */
  constructor(loop: BaseEventLoop, host: SchedulerHost) {
    this.#loop = loop;
    this.#host = host;
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
    this.#giveUp();
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

  /** Native code of `mover` was resumed and may now run for some turns. */
  move(mover: Mover): void {
    this.#turns = 0;
    this.#hopped = false;
    this.keepMoving(mover);
  }

  /** As `move`, of code that did not have to wait: it gets no more turns. */
  keepMoving(mover: Mover): void {
    if (mover.epoch === this.#epoch) return;
    mover.epoch = this.#epoch;
    this.#moving++;
  }

  /** Native code of `mover` stands in a library wait, or has ended. */
  settle(mover: Mover): void {
    if (mover.epoch !== this.#epoch) return;
    mover.epoch = -1;
    this.#moving--;
    this.#turns = 0;
    if (this.#hopped && this.#moving === 0) this.#recall();
  }

  /** Whether native code of `mover` is being waited for. */
  isMoving(mover: Mover): boolean {
    return mover.epoch === this.#epoch;
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
    if (!scope.task.done()) this.move(scope.task);
  }

  #schedule(): void {
    this.#state = "scheduled";
    resolved.then(this.#turn);
  }

  #hop(): void {
    this.watch?.drop();
    this.#state = "scheduled";
    hop(this.#turn);
  }

  /** Looks again after a hop, unless the movers settle before. */
  #hopForMovers(): void {
    this.#hopped = true;
    const ticket = ++this.#ticket;
    hop(() => {
      if (ticket !== this.#ticket) return;
      this.watch?.drop();
      this.#sliceEnd = 0;
      this.#turn();
    });
  }

  /** The movers have settled before the hop: goes on at once. */
  #recall(): void {
    this.#ticket++;
    this.#hopped = false;
    this.#schedule();
  }

  readonly #turn = (): void => {
    if (!this.#active) {
      this.#state = "idle";
      return;
    }
    if (this.#moving > 0 && !this.#giveUpWaiting()) return;
    this.#drain();
  };

  /** Waits one more turn for the movers; true once they are given up. */
  #giveUpWaiting(): boolean {
    if (++this.#turns <= SETTLE_TURNS) {
      this.#schedule();
      return false;
    }
    if (!this.#hopped) {
      this.#hopForMovers();
      return false;
    }
    this.#giveUp();
    return true;
  }

  #giveUp(): void {
    this.#epoch++;
    this.#moving = 0;
    this.#hopped = false;
  }

  #continue(): void {
    if (this.#moving > 0) this.#schedule();
    else this.#drain();
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
      if (this.#moving > 0) {
        this.#schedule();
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
    this.#host.stopped();
    return false;
  }

  #rest(): boolean {
    this.#state = "idle";
    this.#sliceEnd = 0;
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
