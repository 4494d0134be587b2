import type { CoroutineLike } from "./awaitables.ts";
import type { TaskFactory } from "./eager_tasks.ts";
import type {
  ExceptionHandler,
  ExceptionHandlerContext,
} from "./exception_handler.ts";
import type { Future } from "./futures.ts";
import type { Handle, TimerHandle } from "./handles.ts";
import { InputOutput } from "./input_output.ts";
import type { CreateTaskOptions, Task } from "./tasks.ts";

/**
 * The scheduler and the door to the operating system: every method of asyncio's
 * event loop. A method that a kind of loop cannot offer throws
 * NotImplementedError, naming the loop that can.
 */
export abstract class AbstractEventLoop extends InputOutput {
  /** What takes longer is reported in debug mode, in seconds. */
  abstract slowCallbackDuration: number;

  /**
   * A lock that is held for longer is reported in debug mode, in seconds: when
   * it is released or the loop closes, or while it is held and the loop is busy.
   */
  longHoldDuration = 10;

  /**
   * Turns the loop until `stop()` is called.
   *
   * @returns A promise that resolves when the loop has stopped.
   * @throws {RuntimeError} If the loop is closed or running, or another one is.
   */
  abstract runForever(): Promise<void>;

  /**
   * Turns the loop until something awaitable is done.
   *
   * @typeParam T The type of the result.
   * @param source A coroutine, a generator object, a future or a function.
   * @returns A promise of the result.
   * @throws {RuntimeError} If the loop cannot run or was stopped too early.
   */
  abstract runUntilComplete<T>(source: CoroutineLike<T>): Promise<T>;

  /**
   * Ends `runForever()` when the current iteration is over.
   */
  abstract stop(): void;

  /**
   * Tells whether the loop is being turned.
   *
   * @returns Whether callbacks that are scheduled now will run.
   */
  abstract isRunning(): boolean;

  /**
   * Tells whether the loop was closed.
   *
   * @returns Whether `close()` was called.
   */
  abstract isClosed(): boolean;

  /**
   * Closes the loop: what is scheduled is dropped. Closing again does nothing.
   *
   * @throws {RuntimeError} If the loop is running.
   */
  abstract close(): void;

  /**
   * Returns the time of the loop's clock, which never goes back.
   *
   * @returns Seconds since an arbitrary moment.
   */
  abstract time(): number;

  /**
   * Schedules a callback for the next iteration, in the current async context.
   * To run it in another, pass a snapshot first: `callSoon(snapshot, callback)`.
   *
   * @typeParam A The types of the arguments.
   * @param callback What to call.
   * @param args The arguments of the call.
   * @returns A handle that can be cancelled.
   * @throws {RuntimeError} If the loop is closed.
   */
  abstract callSoon<A extends unknown[]>(
    callback: (...args: A) => unknown,
    ...args: A
  ): Handle;

  /** As `callSoon()`: other threads reach a loop by messages only. */
  abstract callSoonThreadsafe<A extends unknown[]>(
    callback: (...args: A) => unknown,
    ...args: A
  ): Handle;

  /**
   * Schedules a callback after a delay.
   *
   * @typeParam A The types of the arguments.
   * @param delay How long from now, in seconds.
   * @param callback What to call.
   * @param args The arguments of the call.
   * @returns A handle that can be cancelled.
   * @throws {TypeError} If the delay is not a number.
   */
  abstract callLater<A extends unknown[]>(
    delay: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle;

  /**
   * Schedules a callback at a point in time.
   *
   * @typeParam A The types of the arguments.
   * @param when Seconds on the clock of `time()`.
   * @param callback What to call.
   * @param args The arguments of the call.
   * @returns A handle that can be cancelled.
   * @throws {TypeError} If the time is not a number.
   */
  abstract callAt<A extends unknown[]>(
    when: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle;

  /**
   * Creates a pending future of this loop.
   *
   * @typeParam T The type of the result.
   * @returns The future.
   */
  abstract createFuture<T>(): Future<T>;

  /**
   * Starts a coroutine as a task of this loop.
   *
   * @typeParam T The type of the result.
   * @param source A coroutine, a generator object, a future or a function.
   * @param options The name, the async context and how the task starts.
   * @returns The task.
   * @throws {RuntimeError} If the loop is closed.
   * @throws {TypeError} If the source cannot be run, such as a started promise.
   */
  abstract createTask<T>(
    source: CoroutineLike<T>,
    options?: CreateTaskOptions,
  ): Task<T>;

  /**
   * Sets what makes the tasks of this loop.
   *
   * @param factory Called with the loop, the source and the options; `null` goes
   * back to the class Task.
   */
  abstract setTaskFactory(factory: TaskFactory | null): void;

  /**
   * Returns what makes the tasks of this loop.
   *
   * @returns The factory, or `null` for the class Task.
   */
  abstract getTaskFactory(): TaskFactory | null;

  /**
   * Sets what is told of errors that nobody can catch.
   *
   * @param handler The handler, or `null` for the default.
   */
  abstract setExceptionHandler(handler: ExceptionHandler | null): void;

  /**
   * Returns what is told of errors that nobody can catch.
   *
   * @returns The handler, or `null` for the default.
   */
  abstract getExceptionHandler(): ExceptionHandler | null;

  /**
   * Prints a report to the console, as if no handler were set.
   *
   * @param context What happened.
   */
  abstract defaultExceptionHandler(context: ExceptionHandlerContext): void;

  /**
   * Reports an error to the exception handler.
   *
   * @param context What happened; `message` is required.
   */
  abstract callExceptionHandler(context: ExceptionHandlerContext): void;

  /**
   * Tells whether debug mode is on.
   *
   * @returns The flag.
   */
  abstract getDebug(): boolean;

  /**
   * Turns debug mode on or off.
   *
   * @param enabled The flag.
   */
  abstract setDebug(enabled: boolean): void;
}
