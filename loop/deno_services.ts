import type { CoroutineGenerator } from "./awaitables.ts";
import { BaseEventLoop } from "./base_event_loop.ts";
import { type Coroutine, operation } from "./coroutines.ts";
import { RuntimeError } from "./errors.ts";
import { DefaultExecutor } from "./executor/default_executor.ts";
import type { Executor } from "./executor/executor.ts";
import type {
  WorkFunction,
  WorkName,
  WorkParameters,
  WorkResult,
} from "./executor/work.ts";
import type { Future } from "./futures.ts";
import { SignalHandlers } from "./signals.ts";

/**
 * The part of DenoEventLoop that is no input or output: signals, and functions
 * that run on other threads.
 */
export abstract class DenoServices extends BaseEventLoop {
  readonly #executor = new DefaultExecutor();
  readonly #signals = new SignalHandlers(this);

  /** Turns the loop until `stop()` is called. */
  override async runForever(): Promise<void> {
    this.#signals.hold();
    try {
      await super.runForever();
    } finally {
      this.#signals.letGo();
    }
  }

  /**
   * Calls back whenever a signal arrives, instead of what the signal did
   * before. The callback runs as any callback of the loop: it may complete
   * futures and create tasks, and its errors go to the exception handler.
   *
   * There is one handler per signal: adding another replaces it. While the loop
   * runs a handler keeps the process alive; closing the loop removes it. Signals
   * that arrive before the callback had its turn may count as one.
   *
   * @typeParam A The types of the arguments.
   * @param signal The name of the signal.
   * @param callback A plain function.
   * @param args The arguments of the call.
   * @throws {RangeError} If the platform has no such signal.
   * @throws {RuntimeError} If the signal cannot be caught, as SIGKILL.
   * @throws {TypeError} If the callback is a coroutine function or none at all.
   *
   * @example Doing something else than ending at SIGHUP
   * ```ts
   * import * as asyncio from "@asyncio/asyncio";
   * import assert from "node:assert/strict";
   *
   * await asyncio.run(async () => {
   *   const loop = asyncio.getRunningLoop();
   *   const reload = new asyncio.Event();
   *   loop.addSignalHandler("SIGHUP", () => reload.set());
   *   Deno.kill(Deno.pid, "SIGHUP");
   *   await reload.wait();
   *   assert.equal(loop.removeSignalHandler("SIGHUP"), true);
   * });
   * ```
   */
  override addSignalHandler<A extends unknown[]>(
    signal: Deno.Signal,
    callback: (...args: A) => unknown,
    ...args: A
  ): void {
    if (this.isClosed()) throw new RuntimeError("Event loop is closed");
    this.#signals.add(signal, callback, args);
  }

  /**
   * Removes the handler of a signal, which then does again what it did without:
   * most end the process. A callback that is scheduled already is not called.
   *
   * @param signal The name of the signal.
   * @returns Whether there was a handler.
   */
  override removeSignalHandler(signal: Deno.Signal): boolean {
    return this.#signals.remove(signal);
  }

  /**
   * Tells whether a signal has a handler.
   *
   * @ignore
   */
  override handlesSignal(signal: Deno.Signal): boolean {
    return this.#signals.has(signal);
  }

  /**
   * Runs a function of an executor's module. It has begun when this returns, as
   * far as a worker is free.
   *
   * Cancelling the future drops a job that waits; one that runs is asked to
   * stop by a WorkerPoolExecutor and killed by a ProcessPoolExecutor.
   *
   * @typeParam M The type of the executor's module.
   * @typeParam K The name of the function.
   * @param executor The executor.
   * @param work The name of a function of its module.
   * @param args The arguments of the function, which are copied.
   * @returns A future of what the function returns.
   * @throws {RuntimeError} If the executor is shut down.
   * @throws {TypeError} If an argument cannot be sent.
   */
  override runInExecutor<M extends object, K extends WorkName<M>>(
    executor: Executor<M>,
    work: K,
    ...args: WorkParameters<M[K]>
  ): Future<WorkResult<M[K]>>;
  /**
   * Runs a function in an executor, as above; `toThread()` is easier to use.
   *
   * @typeParam M The type of the executor's module.
   * @typeParam R The type of the result.
   * @typeParam A The types of the arguments.
   * @param executor The executor, or `null` for the default one: unless another
   * is set, a WorkerPoolExecutor that the first call makes.
   * @param work A function that uses nothing outside itself.
   * @param args Its arguments, which are copied.
   * @returns A future of what the function returns.
   * @throws {RuntimeError} If the executor is shut down.
   * @throws {TypeError} If the function or an argument cannot be sent.
   *
   * @example A function in another process
   * ```ts
   * import * as asyncio from "@asyncio/asyncio";
   * import assert from "node:assert/strict";
   *
   * await asyncio.run(async () => {
   *   const loop = asyncio.getRunningLoop();
   *   await using pool = new asyncio.ProcessPoolExecutor();
   *   const pid = await loop.runInExecutor(pool, () => Deno.pid);
   *   assert.notEqual(pid, Deno.pid);
   * });
   * ```
   */
  override runInExecutor<M extends object, R, A extends unknown[]>(
    executor: Executor<M> | null,
    work: WorkFunction<R, A>,
    ...args: A
  ): Future<R>;
  override runInExecutor(
    executor: Executor | null,
    work: unknown,
    ...args: unknown[]
    // deno-lint-ignore no-explicit-any
  ): Future<any> {
    if (this.isClosed()) throw new RuntimeError("Event loop is closed");
    return this.#executor.run(executor, work, args);
  }

  /**
   * Sets the executor that `runInExecutor(null, ...)` and `toThread()` use. The
   * loop ends it when a run ends.
   *
   * @typeParam M The type of its module.
   * @param executor The executor.
   * @throws {TypeError} If it is none.
   */
  override setDefaultExecutor<M extends object>(executor: Executor<M>): void {
    this.#executor.set(executor);
  }

  /**
   * Waits for the jobs of the default executor and ends it; jobs are refused
   * from now on. What `run()` does at its end is to cancel the jobs instead:
   * whoever wants to wait for what nobody awaits calls this at the end of main.
   *
   * Cancelling the wait ends nothing but the wait.
   *
   * @param timeout How long to wait, in seconds; `null` for as long as it takes.
   * After that a warning is logged and the jobs are left alone.
   * @returns A coroutine of the end.
   */
  override shutdownDefaultExecutor(
    timeout: number | null = null,
  ): Coroutine<void> {
    return operation(
      "DenoEventLoop.shutdownDefaultExecutor",
      this.#executor.shutdown(timeout),
    );
  }

  /**
   * Cancels what runs in the default executor and ends it, if there is one.
   *
   * @ignore
   */
  override closeDefaultExecutor(): Coroutine<void> | null {
    return this.#executor.close();
  }

  /**
   * Does nothing: JavaScript tells nobody which asynchronous generators have
   * begun. A `for await` loop that is left closes its own.
   *
   * @returns A coroutine of nothing.
   */
  override shutdownAsyncgens(): Coroutine<void> {
    return operation("DenoEventLoop.shutdownAsyncgens", nothing());
  }

  /**
   * Tells whether a promise or a signal could wake a task.
   *
   * @ignore
   */
  override isServing(): boolean {
    return super.isServing() || this.#signals.size > 0;
  }

  /** Closes the loop, and removes the signal handlers. */
  override close(): void {
    super.close();
    this.#signals.clear();
    this.#executor.leave();
  }
}

function* nothing(): CoroutineGenerator<void> {}
