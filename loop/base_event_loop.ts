import { AbstractEventLoop } from "./abstract_event_loop.ts";
import { Alarm } from "./alarm.ts";
import type { CoroutineLike } from "./awaitables.ts";
import { RuntimeError } from "./errors.ts";
import { ensureFutureOn } from "./ensure_future.ts";
import type {
  ExceptionHandler,
  ExceptionHandlerContext,
} from "./exception_handler.ts";
import { ExceptionReporter } from "./exception_reporter.ts";
import { Future } from "./futures.ts";
import { debugByDefault, onExit } from "./host.ts";
import { showAsText } from "./inspect.ts";
import { type Callback, Handle, TimerHandle } from "./handles.ts";
import { LinkedList } from "./linked_list.ts";
import { running } from "./running.ts";
import { Scheduler } from "./scheduler.ts";
import { SlowSteps } from "./slow_steps.ts";
import {
  checkCallback,
  checkCurrent,
  checkRunnable,
  checkSeconds,
  reportLeft,
} from "./checks.ts";
import { type CreateTaskOptions, Task } from "./tasks.ts";
import type { TaskFactory } from "./eager_tasks.ts";
import { type Runnable, Timer } from "./timer_queue.ts";
import { Unclosed } from "./unclosed.ts";
import { UnretrievedErrors } from "./unretrieved.ts";

/**
 * The scheduling half of an event loop: callbacks, timers, futures and tasks,
 * but no input or output.
 *
 * JavaScript cannot block, so the loop is hosted: the runtime turns it, and
 * `runForever()` and `runUntilComplete()` return promises.
 *
 * @example Running callbacks
 * ```ts
 * import { BaseEventLoop } from "@asyncio/asyncio/loop";
 * import assert from "node:assert/strict";
 *
 * const loop = new BaseEventLoop();
 * const seen: string[] = [];
 * loop.callSoon(() => seen.push("soon"));
 * loop.callLater(0.01, () => loop.stop());
 * await loop.runForever();
 * loop.close();
 * assert.deepEqual(seen, ["soon"]);
 * ```
 */
export class BaseEventLoop extends AbstractEventLoop {
  /**
   * Runs what is ready.
   *
   * @ignore
   */
  readonly scheduler: Scheduler;
  /**
   * The tasks that have not ended, oldest first.
   *
   * @ignore
   */
  readonly tasks: LinkedList<Task<unknown>> = new LinkedList();
  /**
   * The errors that nobody has retrieved.
   *
   * @ignore
   */
  readonly unretrieved: UnretrievedErrors = new UnretrievedErrors(this);
  /**
   * What should be closed, in debug mode.
   *
   * @ignore
   */
  unclosed: Unclosed | null = null;
  /**
   * Promises of others that a future waits for.
   *
   * @ignore
   */
  foreignPromises = 0;
  /**
   * Told when nothing is ready, with the next timer.
   *
   * @ignore
   */
  onRest: ((next: Timer | undefined) => void) | null = null;
  /** What takes longer is reported in debug mode, in seconds. */
  override slowCallbackDuration = 0.1;
  readonly #reporter = new ExceptionReporter(this);
  readonly #alarm = new Alarm(
    () => this.time(),
    () => this.scheduler.wake(),
  );
  #closed = false;
  #hosted = false;
  #forgetExit: (() => void) | null = null;
  #debug = false;
  #taskFactory: TaskFactory | null = null;
  /** Settles the promise of the run in progress. */
  #endRun: PromiseWithResolvers<void> | null = null;

  static {
    showAsText(this);
  }

  /** Creates a loop that is not running. */
  constructor() {
    super();
    this.scheduler = new Scheduler(this, {
      time: () => this.time(),
      reportError: (exception) =>
        this.callExceptionHandler({
          message: "Unhandled exception in event loop",
          exception,
        }),
      sleepUntil: (timer) => {
        this.sleepUntil(timer);
        this.onRest?.(timer);
      },
      stopped: () => this.#stopped(),
    });
    this.setDebug(debugByDefault());
  }

  /** Describes the loop and its state. */
  override toString(): string {
    const state = this.isRunning() ? "running" : "stopped";
    return `<${this.constructor.name} ${this.#closed ? "closed" : state}>`;
  }

  /**
   * Turns the loop without a run, for code outside any `run()`.
   *
   * @ignore
   */
  host(): void {
    // Nobody closes such a loop: the process ends first.
    this.#forgetExit ??= onExit(() => this.unretrieved.reportAll());
    this.#hosted = true;
    this.scheduler.start();
  }

  /** Returns the time of the loop's clock, in seconds. */
  override time(): number {
    return performance.now() / 1000;
  }

  /** Tells the loop's time when the host's clock shows `now`, in milliseconds.
   * @ignore */
  timeAt(now: number): number {
    return now / 1000;
  }

  /** Schedules a callback for the next iteration. */
  override callSoon<A extends unknown[]>(
    callback: (...args: A) => unknown,
    ...args: A
  ): Handle {
    this.#check(callback, "callSoon");
    const handle = new Handle(this, callback, args);
    this.scheduler.enqueue(handle);
    return handle;
  }

  /** As `callSoon()`. */
  override callSoonThreadsafe<A extends unknown[]>(
    callback: (...args: A) => unknown,
    ...args: A
  ): Handle {
    this.#check(callback, "callSoonThreadsafe");
    const handle = new Handle(this, callback, args);
    this.scheduler.enqueue(handle);
    return handle;
  }

  /** Schedules a callback after a delay, in seconds. */
  override callLater<A extends unknown[]>(
    delay: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle {
    checkSeconds(delay, "delay");
    this.#check(callback, "callLater");
    const when = this.time() + delay;
    return this.#schedule(when, delay <= 0, callback, args);
  }

  /** Schedules a callback at a point in time, in seconds. */
  override callAt<A extends unknown[]>(
    when: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle {
    checkSeconds(when, "when");
    this.#check(callback, "callAt");
    return this.#schedule(when, when <= this.time(), callback, args);
  }

  /**
   * Schedules a runnable of the library, without a context.
   *
   * @ignore
   */
  enqueue(runnable: Runnable): void {
    this.scheduler.enqueue(runnable);
  }

  /** Creates a pending future of this loop. */
  override createFuture<T>(): Future<T> {
    return new Future<T>(this);
  }

  /** Starts a coroutine as a task of this loop. */
  override createTask<T>(
    source: CoroutineLike<T>,
    options: CreateTaskOptions = {},
  ): Task<T> {
    this.#checkClosed();
    if (this.#debug) checkCurrent(this);
    if (this.#taskFactory === null) return new Task<T>(source, this, options);
    return this.#taskFactory<T>(this, source, options);
  }

  /** Sets what makes the tasks of this loop. */
  override setTaskFactory(factory: TaskFactory | null): void {
    if (factory !== null && typeof factory !== "function") {
      throw new TypeError("Cannot set task factory: expected a function");
    }
    this.#taskFactory = factory;
  }

  /** Returns what makes the tasks of this loop. */
  override getTaskFactory(): TaskFactory | null {
    return this.#taskFactory;
  }

  /** Turns the loop until `stop()` is called. */
  override async runForever(): Promise<void> {
    this.#checkRunnable();
    this.#endRun = Promise.withResolvers<void>();
    running.entered.push(this);
    try {
      this.scheduler.start();
      await this.#endRun.promise;
    } finally {
      this.#endRun = null;
      running.entered.splice(running.entered.lastIndexOf(this), 1);
      if (this.#hosted) this.scheduler.start();
    }
  }

  /** Turns the loop until something awaitable is done. */
  override async runUntilComplete<T>(source: CoroutineLike<T>): Promise<T> {
    this.#checkRunnable();
    const future = ensureFutureOn(this, source);
    const stopper = { run: () => this.stop() };
    future.addWaiter(stopper);
    try {
      await this.runForever();
    } finally {
      future.removeWaiter(stopper);
    }
    if (!future.done()) {
      throw new RuntimeError("Event loop stopped before Future completed.");
    }
    return future.result();
  }

  /** Ends the run when the current iteration is over. */
  override stop(): void {
    this.scheduler.stop();
  }

  /** Tells whether the loop is being turned. */
  override isRunning(): boolean {
    return this.#endRun !== null || this.#hosted;
  }

  /** Tells whether the loop was closed. */
  override isClosed(): boolean {
    return this.#closed;
  }

  /** Closes the loop; what is scheduled is dropped. */
  override close(): void {
    if (this.#endRun !== null) {
      throw new RuntimeError("Cannot close a running event loop");
    }
    if (this.#closed) return;
    this.#closed = true;
    this.#hosted = false;
    this.#forgetExit?.();
    this.scheduler.clear();
    this.#alarm.set(undefined);
    reportLeft(this);
    this.setDebug(false);
  }

  /** Sets what is told of errors that nobody can catch. */
  override setExceptionHandler(handler: ExceptionHandler | null): void {
    this.#reporter.setHandler(handler);
  }

  /** Returns what is told of errors that nobody can catch. */
  override getExceptionHandler(): ExceptionHandler | null {
    return this.#reporter.handler;
  }

  /** Reports an error to the exception handler. */
  override callExceptionHandler(context: ExceptionHandlerContext): void {
    this.#reporter.report(context);
  }

  /** Prints a report to the console. */
  override defaultExceptionHandler(context: ExceptionHandlerContext): void {
    this.#reporter.print(context);
  }

  /** Tells whether debug mode is on. */
  override getDebug(): boolean {
    return this.#debug;
  }

  /** Turns debug mode on or off. */
  override setDebug(enabled: boolean): void {
    if (this.#debug === Boolean(enabled)) return;
    this.#debug = Boolean(enabled);
    running.debugged += this.#debug ? 1 : -1;
    this.scheduler.watch = this.#debug ? new SlowSteps(this) : null;
    this.unclosed?.end();
    this.unclosed = this.#debug ? new Unclosed(this) : null;
  }

  /**
   * Nothing is ready: makes sure that the next timer wakes the loop.
   *
   * @ignore
   */
  protected sleepUntil(timer: Timer | undefined): void {
    this.#alarm.set(timer?.when);
  }

  /**
   * Tells whether something outside the tasks is open that could wake one.
   *
   * @ignore
   */
  isServing(): boolean {
    return this.foreignPromises > 0;
  }

  /**
   * Ends the run in progress with an error, at once.
   *
   * @ignore
   */
  abortRun(error: unknown): void {
    if (this.#endRun === null) return;
    this.scheduler.pause();
    this.#alarm.set(undefined);
    this.#endRun.reject(error);
  }

  #stopped(): void {
    this.#alarm.set(undefined);
    if (this.#endRun !== null) this.#endRun.resolve();
    // There is no run to end: the runtime goes on turning the loop.
    else if (this.#hosted) this.scheduler.start();
  }

  #schedule(
    when: number,
    due: boolean,
    callback: Callback,
    args: unknown[],
  ): TimerHandle {
    const handle = new TimerHandle(this, when, callback, args);
    const timer = new Timer(when, handle);
    handle.carriedBy(timer);
    this.scheduler.schedule(timer, due);
    return handle;
  }

  #check(callback: unknown, method: string): void {
    this.#checkClosed();
    checkCallback(this, callback, method);
  }

  #checkClosed(): void {
    if (this.#closed) throw new RuntimeError("Event loop is closed");
  }

  #checkRunnable(): void {
    this.#checkClosed();
    checkRunnable(this.#endRun !== null);
  }
}
