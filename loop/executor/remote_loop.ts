import type { BaseEventLoop } from "../base_event_loop.ts";
import { RuntimeError } from "../errors.ts";
import { Future } from "../futures.ts";
import { showAsText } from "../inspect.ts";
import { currentLoop, runInCallback } from "../running.ts";
import { decodeError } from "./error_codec.ts";
import type { Outcome, PortReply, PortRequest } from "./messages.ts";
import type { WorkName, WorkParameters, WorkResult } from "./work.ts";

/**
 * The event loop of another thread, as a worker reaches it: through the port of
 * a {@linkcode LoopPort}.
 *
 * @typeParam F The type of the functions that can be called there.
 *
 * @example Asking the loop that started a worker
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * interface Store {
 *   load(key: string): Promise<number>;
 * }
 *
 * await asyncio.run(async () => {
 *   using door = new asyncio.LoopPort<Store>({
 *     load: async (key) => await asyncio.sleep(0.01, key.length),
 *   });
 *
 *   // In the worker, with the port that arrived there:
 *   using loop = new asyncio.RemoteLoop<Store>(door.port);
 *   assert.equal(await loop.runCoroutineThreadsafe("load", "four"), 4);
 * });
 * ```
 */
export class RemoteLoop<F extends object> implements Disposable {
  readonly #port: MessagePort;
  readonly #futures = new Map<number, RemoteFuture<unknown>>();
  #count = 0;
  #closed = false;

  static {
    showAsText(this);
  }

  /**
   * Connects to the loop.
   *
   * @param port The port that the worker was sent.
   */
  constructor(port: MessagePort) {
    this.#port = port;
  }

  /**
   * Schedules a function there, without waiting for it. Its errors go to the
   * exception handler of that loop.
   *
   * @typeParam K The name of the function.
   * @param name The name of the function.
   * @param args Its arguments, which are copied.
   * @throws {RuntimeError} If the port is closed.
   */
  callSoonThreadsafe<K extends WorkName<F>>(
    name: K,
    ...args: WorkParameters<F[K]>
  ): void {
    this.#post({ kind: "call", name, args });
  }

  /**
   * Runs a function there as a task, and waits for its result here. While it is
   * pending the worker listens on the port.
   *
   * @typeParam K The name of the function.
   * @param name The name of the function, maybe of an async one.
   * @param args Its arguments, which are copied.
   * @returns A future of the result; cancelling it cancels the task.
   * @throws {RuntimeError} If the port is closed.
   */
  runCoroutineThreadsafe<K extends WorkName<F>>(
    name: K,
    ...args: WorkParameters<F[K]>
  ): Future<WorkResult<F[K]>> {
    const id = ++this.#count;
    const future = new RemoteFuture<WorkResult<F[K]>>(currentLoop(), () => {
      this.#futures.delete(id);
      if (!this.#closed) this.#post({ kind: "cancel", id });
    });
    this.#post({ kind: "run", id, name, args });
    this.#futures.set(id, future as RemoteFuture<unknown>);
    this.#port.onmessage ??= (event) => this.#receive(event.data as PortReply);
    return future;
  }

  /**
   * Closes the port. Calls made before still arrive; tasks that have not ended
   * are cancelled.
   */
  close(): void {
    if (this.#closed) return;
    this.#post({ kind: "close" });
    this.#end();
  }

  /** Closes the port at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Describes the loop, as far as it is known here. */
  toString(): string {
    return `<RemoteLoop ${this.#closed ? "closed" : "open"}>`;
  }

  #post(request: PortRequest): void {
    if (this.#closed) {
      throw new RuntimeError("Cannot reach the loop: the port is closed");
    }
    this.#port.postMessage(request);
  }

  /** A side has closed the port: no answer will come. */
  #end(): void {
    this.#closed = true;
    this.#port.close();
    for (const future of this.#futures.values()) future.settle(null);
    this.#futures.clear();
  }

  #receive(reply: PortReply): void {
    if (reply.kind === "closed") return this.#end();
    const { id, cancelled, outcome } = reply;
    const future = this.#futures.get(id);
    this.#futures.delete(id);
    future?.settle(cancelled ? null : outcome);
  }
}

/** The future of a task of another thread. */
class RemoteFuture<T> extends Future<T> {
  readonly #onCancel: () => void;

  constructor(loop: BaseEventLoop, onCancel: () => void) {
    super(loop);
    this.#onCancel = onCancel;
    loop.foreignPromises++;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.loop.foreignPromises--;
    this.#onCancel();
    return true;
  }

  /** Ends as the task has; without an outcome it was cancelled. */
  settle(outcome: Outcome | null): void {
    if (this.done()) return;
    this.loop.foreignPromises--;
    if (this.loop.isClosed()) return;
    runInCallback(this.loop, () => {
      if (outcome === null) super.cancel();
      else if (outcome.ok) this.setResult(outcome.value as T);
      else this.setException(decodeError(outcome.error));
    });
  }
}
