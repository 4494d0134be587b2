import type { AbstractEventLoop } from "../abstract_event_loop.ts";
import type { CoroutineGenerator } from "../awaitables.ts";
import type { BaseEventLoop } from "../base_event_loop.ts";
import { captureContext, type Context } from "../context.ts";
import { type Coroutine, operation } from "../coroutines.ts";
import type { Future } from "../futures.ts";
import { showAsText } from "../inspect.ts";
import { currentLoop, runInCallback } from "../running.ts";
import { shield } from "../shield.ts";
import type { Task } from "../tasks.ts";
import type { Outcome, PortReply, PortRequest } from "./messages.ts";
import { encodeError } from "./remote_code.ts";

type Functions = Record<string, (...args: readonly unknown[]) => unknown>;

/**
 * A door to the event loop for a worker: the worker may call the functions that
 * it is made with, by their names, through a {@linkcode RemoteLoop}.
 *
 * Its `port` goes to the worker, by `submit()` or `postMessage()`. Until one of
 * both sides closes it, it keeps the process alive.
 *
 * @typeParam F The type of the functions.
 *
 * @example Progress of a job
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * interface Progress {
 *   report(done: number, total: number): void;
 * }
 *
 * await asyncio.run(async () => {
 *   const seen: string[] = [];
 *   using door = new asyncio.LoopPort<Progress>({
 *     report: (done, total) => seen.push(`${done}/${total}`),
 *   });
 *
 *   // In the worker, with the port that arrived there:
 *   const loop = new asyncio.RemoteLoop<Progress>(door.port);
 *   loop.callSoonThreadsafe("report", 1, 2);
 *   loop.callSoonThreadsafe("report", 2, 2);
 *   loop.close();
 *
 *   await door.waitClosed();
 *   assert.deepEqual(seen, ["1/2", "2/2"]);
 * });
 * ```
 */
export class LoopPort<F extends object> implements Disposable {
  /** The end for the worker. */
  readonly port: MessagePort;
  readonly #functions: Functions;
  readonly #loop: BaseEventLoop;
  readonly #near: MessagePort;
  readonly #context: Context;
  readonly #tasks = new Map<number, Task<unknown>>();
  readonly #closed: Future<void>;

  static {
    showAsText(this);
  }

  /**
   * Opens the port.
   *
   * @param functions What the worker may call.
   * @param loop The loop to call it on, by default the current one.
   */
  constructor(functions: F, loop?: AbstractEventLoop) {
    const { port1, port2 } = new MessageChannel();
    this.port = port2;
    this.#near = port1;
    this.#functions = functions as unknown as Functions;
    this.#loop = (loop ?? currentLoop()) as BaseEventLoop;
    this.#closed = this.#loop.createFuture();
    this.#context = captureContext();
    this.#loop.foreignPromises++;
    port1.onmessage = (event) => this.#receive(event.data as PortRequest);
  }

  /** Describes the port, and how many tasks the worker has started. */
  toString(): string {
    const state = this.#closed.done() ? "closed" : "open";
    return `<LoopPort ${state} tasks=${this.#tasks.size}>`;
  }

  /**
   * Closes the port: what the worker calls from now on is lost, and the tasks
   * that it started are cancelled, with the futures of the worker.
   */
  close(): void {
    if (this.#closed.done()) return;
    this.#post({ kind: "closed" });
    this.#near.close();
    // Where it was never sent; a port that was is another one there.
    this.port.close();
    for (const task of this.#tasks.values()) task.cancel();
    this.#loop.foreignPromises--;
    if (this.#loop.isClosed()) return;
    runInCallback(this.#loop, () => this.#closed.setResult());
  }

  /**
   * Waits until a side has closed the port; what was called before has then been
   * called. Cancelling the wait changes nothing.
   *
   * @returns A coroutine of the end.
   */
  waitClosed(): Coroutine<void> {
    return operation("LoopPort.waitClosed", waitFor(this.#closed));
  }

  /** Closes the port at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  #receive(request: PortRequest): void {
    if (this.#loop.isClosed()) return this.close();
    this.#context(() => this.#handle(request));
  }

  #handle(request: PortRequest): void {
    if (request.kind === "close") {
      // After the calls before it, which are scheduled.
      this.#loop.callSoonThreadsafe(() => this.close());
    } else if (request.kind === "cancel") {
      this.#tasks.get(request.id)?.cancel();
    } else if (request.kind === "call") {
      const { name, args } = request;
      this.#loop.callSoonThreadsafe(() => this.#find(name)(...args));
    } else this.#run(request.id, request.name, request.args);
  }

  #run(id: number, name: string, args: readonly unknown[]): void {
    const task = this.#loop.createTask(async () =>
      await this.#find(name)(...args)
    );
    this.#tasks.set(id, task);
    task.addDoneCallback(() => {
      this.#tasks.delete(id);
      if (!this.#closed.done()) this.#answer(id, name, task);
    });
  }

  #answer(id: number, name: string, task: Task<unknown>): void {
    const { failed } = task;
    const result = task.takeOutcome();
    const outcome: Outcome = failed
      ? { ok: false, error: encodeError(result) }
      : { ok: true, value: result };
    const cancelled = task.cancelled();
    try {
      this.#post({ kind: "answer", id, cancelled, outcome });
    } catch (cause) {
      const error = encodeError(
        new TypeError(`Cannot send result of '${name}': ${cause}`, { cause }),
      );
      const refusal: Outcome = { ok: false, error };
      this.#post({ kind: "answer", id, cancelled, outcome: refusal });
    }
  }

  #post(reply: PortReply): void {
    this.#near.postMessage(reply);
  }

  #find(name: string): (...args: readonly unknown[]) => unknown {
    if (Object.hasOwn(this.#functions, name)) return this.#functions[name]!;
    throw new TypeError(`Cannot call '${name}': the port has no such function`);
  }
}

function* waitFor(closed: Future<void>): CoroutineGenerator<void> {
  yield* shield(closed);
}
