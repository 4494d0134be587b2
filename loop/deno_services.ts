import { BaseEventLoop } from "./base_event_loop.ts";
import { RuntimeError } from "./errors.ts";
import { SignalHandlers } from "./signals.ts";

/** The part of DenoEventLoop that is no input or output: signals. */
export abstract class DenoServices extends BaseEventLoop {
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
   * Tells whether a promise or a signal could wake a task.
   *
   * @ignore
   */
  override isServing(): boolean {
    return super.isServing() || this.#signals.size > 0;
  }

  /** Closes the loop and removes the signal handlers. */
  override close(): void {
    super.close();
    this.#signals.clear();
  }
}
