import type { Suspension } from "./awaitables.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import type { Context } from "./context.ts";
import { checkNoCoroutine } from "./checks.ts";
import type { CreationSite } from "./creation_site.ts";
import { CancelledError, InvalidStateError } from "./errors.ts";
import { awaitFuture, FutureSteps } from "./future_steps.ts";
import { Handle } from "./handles.ts";
import { describeValue, showAsText } from "./inspect.ts";
import type { Reaction } from "./native_wait.ts";
import { currentLoop } from "./running.ts";
import type { Runnable } from "./timer_queue.ts";
import type { UnretrievedError } from "./unretrieved.ts";
import {
  addWaiter,
  listAwaiters,
  listWaiters,
  removeCallback,
  removeWaiter,
  type Waiters,
} from "./waiters.ts";

type State = typeof PENDING | typeof FINISHED | typeof CANCELLED;
const PENDING = 0;
const FINISHED = 1;
const CANCELLED = 2;

/** Options of {@linkcode Future.addDoneCallback}. */
export interface AddDoneCallbackOptions {
  /** The async context to call back in, by default the current one. */
  context?: Context;
}

/**
 * A result that arrives later.
 *
 * `await` it in async functions, `yield*` it in generator coroutines; both
 * give the result or throw the error. Unlike a promise it can be cancelled, it
 * can be asked for its state, and whoever holds it may complete it. Cancelling
 * a task that waits for a future cancels the future: `shield()` prevents that.
 *
 * An error that nobody ever retrieves is reported to the exception handler of
 * the loop, when the future is collected or at the latest when the loop closes.
 *
 * @typeParam T The type of the result.
 *
 * @example Completing a future from a callback
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const loop = asyncio.getRunningLoop();
 *   const future = loop.createFuture<number>();
 *   loop.callLater(0.01, () => future.setResult(42));
 *   assert.equal(await future, 42);
 *   assert.ok(future.done());
 * });
 * ```
 */
export class Future<T = unknown> implements Promise<T> {
  /** The loop that runs the callbacks.
   * @ignore */
  readonly loop: BaseEventLoop;
  /** Where the future was made, in debug mode.
   * @ignore */
  readonly site: CreationSite | null;
  #state: State = PENDING;
  #failed = false;
  /** The outcome; while pending the name of the wait it stands for, if any. */
  #value: unknown = undefined;
  #waiters: Waiters = null;
  #cancelMessage: string | undefined;
  /** The error a cancelled task ended with: the first to raise gets it. */
  #cancelledError: CancelledError | null = null;
  #unretrieved: UnretrievedError | null = null;

  static {
    showAsText(this);
  }

  /**
   * Creates a pending future of the current loop.
   *
   * @param loop The loop; only `loop.createFuture()` passes one.
   */
  constructor(loop?: AbstractEventLoop) {
    this.loop = (loop ?? currentLoop()) as BaseEventLoop;
    this.site = this.loop.unclosed?.sites.sample() ?? null;
  }

  /**
   * Returns the loop of the future.
   *
   * @returns The loop that runs the callbacks.
   */
  getLoop(): AbstractEventLoop {
    return this.loop;
  }

  /**
   * Tells whether the future has a result or an error or was cancelled.
   *
   * @returns Whether the future is no longer pending.
   */
  done(): boolean {
    return this.#state !== PENDING;
  }

  /**
   * Tells whether the future was cancelled.
   *
   * @returns Whether it ended by cancellation.
   */
  cancelled(): boolean {
    return this.#state === CANCELLED;
  }

  /**
   * Cancels the future: whoever waits for it gets a CancelledError.
   *
   * @param message What the CancelledError says.
   * @returns `false` if the future was already done: then nothing happens.
   */
  cancel(message?: string): boolean {
    return this.endCancelled(message);
  }

  /**
   * Returns the result.
   *
   * @returns The result that was set.
   * @throws {CancelledError} If the future was cancelled.
   * @throws {InvalidStateError} If the future is still pending.
   */
  result(): T {
    if (this.#state === FINISHED && !this.#failed) return this.#value as T;
    throw this.#failure();
  }

  /**
   * Returns the error that the future failed with.
   *
   * @returns The error, or `null` if the future has a result.
   * @throws {CancelledError} If the future was cancelled.
   * @throws {InvalidStateError} If the future is still pending.
   */
  exception(): unknown {
    if (this.#state !== FINISHED) throw this.#failure();
    return this.#failed ? this.#failure() : null;
  }

  /**
   * Completes the future with a result.
   *
   * @param value The result.
   * @throws {InvalidStateError} If the future is already done.
   */
  setResult(value: T): void {
    this.finish(value);
  }

  /**
   * Completes the future with an error.
   *
   * @param error The error; a class is instantiated without arguments.
   * @throws {InvalidStateError} If the future is already done.
   */
  setException(error: unknown): void {
    this.fail(isErrorClass(error) ? new error() : error);
  }

  /**
   * Calls a function when the future is done, through the loop and never at
   * once; its errors go to the exception handler.
   *
   * @param callback Called with the future.
   * @param options The async context to call it in.
   * @throws {TypeError} If, in debug mode, it is a coroutine function.
   */
  addDoneCallback(
    callback: (future: this) => unknown,
    options: AddDoneCallbackOptions = {},
  ): void {
    if (this.loop.getDebug()) checkNoCoroutine(callback, "addDoneCallback");
    this.addWaiter(new Handle(this.loop, callback, [this], options.context));
  }

  /**
   * Takes back a function given to `addDoneCallback`.
   *
   * @param callback The function; every registration of it is removed.
   * @returns How many registrations were removed.
   */
  removeDoneCallback(callback: (future: this) => unknown): number {
    const before = listWaiters(this.#waiters).length;
    this.#waiters = removeCallback(this.#waiters, callback);
    return before - listWaiters(this.#waiters).length;
  }

  /** Waits natively: `await future` calls it. */
  then<A = T, B = never>(
    onFulfilled?: Reaction<T, A>,
    onRejected?: Reaction<unknown, B>,
  ): Promise<A | B> {
    if (!onFulfilled || !onRejected) {
      return new Promise<T>((resolve, reject) => this.then(resolve, reject))
        .then(onFulfilled, onRejected);
    }
    return awaitFuture(this, onFulfilled, onRejected);
  }

  /** As `Promise.prototype.catch()`. */
  catch<B = never>(onRejected?: Reaction<unknown, B>): Promise<T | B> {
    return this.then(null, onRejected);
  }

  /** As `Promise.prototype.finally()`. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then((value) => value).finally(onFinally);
  }

  /** Waits in a generator: `yield* future` calls it. */
  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return new FutureSteps(this);
  }

  /** Lets typed APIs take a future for a promise. */
  get [Symbol.toStringTag](): string {
    return "Future";
  }

  /** Describes the future and its state, as in reports. */
  toString(): string {
    return this.describeAsAwaited();
  }

  /** Says what it stands for while it is pending: a wait of the library's.
   * @ignore */
  named(name: string): this {
    this.#value = name;
    return this;
  }

  /** @ignore */
  describeAsAwaited(): string {
    const name = this.#state === PENDING ? this.#value : undefined;
    if (name !== undefined) return name as string;
    return `<${this.constructor.name} ${this.describeState()}>`;
  }

  /** Describes the state and, once there is one, the outcome.
   * @ignore */
  protected describeState(): string {
    if (this.#state === PENDING) return "pending";
    if (this.#state === CANCELLED) return "cancelled";
    const outcome = this.#failed ? "exception" : "result";
    return `finished ${outcome}=${describeValue(this.#value)}`;
  }

  /** Schedules a runnable when the future is done.
   * @ignore */
  addWaiter(waiter: Runnable): void {
    if (this.#state !== PENDING) this.loop.enqueue(waiter);
    else this.#waiters = addWaiter(this.#waiters, waiter);
  }

  /** Who waits for the future.
   * @ignore */
  awaiters(): Future<unknown>[] {
    return listAwaiters(this.#waiters);
  }

  /** Takes back a runnable given to `addWaiter`.
   * @ignore */
  removeWaiter(waiter: Runnable): void {
    this.#waiters = removeWaiter(this.#waiters, waiter);
  }

  /** Whether the future ended with anything but a result.
   * @ignore */
  get failed(): boolean {
    return this.#failed || this.#state === CANCELLED;
  }

  /** The error, which does not count as retrieved thereby.
   * @ignore */
  get failure(): unknown {
    return this.#failed ? this.#value : null;
  }

  /** What `cancel()` was told, as far as the future remembers it.
   * @ignore */
  get cancelMessage(): string | undefined {
    return this.#cancelMessage;
  }

  /**
   * Returns the result or, if `failed`, the error, without throwing: to throw
   * is dear. Marks an error as retrieved.
   *
   * @ignore
   */
  takeOutcome(): unknown {
    return this.failed ? this.#failure() : this.#value;
  }

  /** Drops the report of an error that somebody has seen.
   * @ignore */
  markRetrieved(): void {
    this.#unretrieved?.forget();
    this.#unretrieved = null;
  }

  /** What kind of future the reports speak of. */
  protected get kind(): string {
    return "Future";
  }

  /** Completes the future with a result. */
  protected finish(value: T): void {
    this.#checkPending();
    this.#state = FINISHED;
    this.#value = value;
    this.#wakeAll();
  }

  /** Completes the future with an error. */
  protected fail(error: unknown): void {
    this.#checkPending();
    this.#state = FINISHED;
    this.#failed = true;
    this.#value = error;
    this.#unretrieved = this.loop.unretrieved.note(this, this.kind, error);
    this.#wakeAll();
  }

  /** Ends the future as cancelled, by an error if one was thrown. */
  protected endCancelled(message?: string, error?: CancelledError): boolean {
    this.markRetrieved();
    if (this.#state !== PENDING) return false;
    this.#state = CANCELLED;
    this.#cancelMessage = message;
    this.#cancelledError = error ?? null;
    this.#wakeAll();
    return true;
  }

  #checkPending(): void {
    if (this.#state === PENDING) return;
    throw new InvalidStateError("Cannot complete future: it is already done");
  }

  #failure(): unknown {
    if (this.#state === PENDING) {
      return new InvalidStateError("Cannot take result: it is not set");
    }
    if (this.#state === FINISHED) {
      this.markRetrieved();
      return this.#value;
    }
    const saved = this.#cancelledError;
    this.#cancelledError = null;
    return saved ?? new CancelledError(this.#cancelMessage);
  }

  #wakeAll(): void {
    const waiters = this.#waiters;
    if (waiters === null) return;
    this.#waiters = null;
    if (Array.isArray(waiters)) {
      for (const waiter of waiters) this.loop.enqueue(waiter);
    } else this.loop.enqueue(waiters);
  }
}

/**
 * Tells whether a value is a future or a task.
 *
 * @param value Any value.
 * @returns Whether it is a Future or an object of a class derived from it.
 */
export function isFuture(value: unknown): value is Future<unknown> {
  return value instanceof Future;
}

function isErrorClass(value: unknown): value is new () => unknown {
  return typeof value === "function" && value.prototype instanceof Error;
}
