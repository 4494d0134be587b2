import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import type { CoroutineLike } from "./awaitables.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import { runBody } from "./body.ts";
import { Cancellation } from "./cancellation.ts";
import { type Context, scopeStorage } from "./context.ts";
import { describeSampled } from "./creation_site.ts";
import { CancelledError, RuntimeError } from "./errors.ts";
import { Future } from "./futures.ts";
import { log } from "./log.ts";
import { currentScope, getRunningLoop } from "./running.ts";
import { Scope } from "./scope.ts";
import { checkCoroutineLike, stepsOf } from "./steps.ts";
import type { Strand } from "./strand.ts";
import { describeSource, stackOf } from "./task_stack.ts";
import { TaskStrand } from "./task_strand.ts";
import { type Wait, WaitList } from "./waits.ts";

/** Options of {@linkcode createTask}. */
export interface CreateTaskOptions {
  /** A name for reports, by default "Task-1" and so on. */
  name?: string;
  /** The async context that the task runs in, by default the current one. */
  context?: Context;
  /**
   * Whether the first step runs at once, inside the call. A native async
   * function can only run to its first `await` that way.
   */
  eagerStart?: boolean;
}

/** Options of {@linkcode Task.getStack}. */
export interface GetStackOptions {
  /** How many entries are told, by default all. */
  limit?: number;
}

let created = 0;

/**
 * A future that runs a coroutine on an event loop.
 *
 * Create tasks with `createTask()` or in a task group. The loop holds pending
 * tasks, so a task that nobody keeps still runs to its end.
 *
 * @typeParam T The type of the result.
 *
 * @example Cancelling a task
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const task = asyncio.createTask(() => asyncio.sleep(60), { name: "nap" });
 *   await asyncio.sleep(0);
 *   task.cancel();
 *   await asyncio.wait([task]);
 *   assert.ok(task.cancelled());
 * });
 * ```
 */
export class Task<T = unknown> extends Future<T> {
  /** The waits that the task stands in.
   * @ignore */
  readonly waits: WaitList = new WaitList();
  /** Whether its native code moves, for the scheduler.
   * @ignore */
  epoch = -1;
  /** The neighbours in the loop's list of tasks.
   * @ignore */
  previous: Task<unknown> | null = null;
  /** See `previous`.
   * @ignore */
  next: Task<unknown> | null = null;
  readonly #source: CoroutineLike<T>;
  readonly #scope: Scope = new Scope(this as Task<unknown>, null);
  readonly #strand: TaskStrand<T>;
  /** A name, or the number of a generated one. */
  #name: string | number;
  /** Made by the first request to cancel. */
  #cancellation: Cancellation | null = null;

  /**
   * Creates a task and schedules its first step; `createTask()` does.
   *
   * @param source What it runs.
   * @param loop The loop it runs on.
   * @param options Its name, its async context and how it starts.
   */
  constructor(
    source: CoroutineLike<T>,
    loop?: AbstractEventLoop,
    options: CreateTaskOptions = {},
  ) {
    checkCoroutineLike(source, "create task");
    super(loop);
    this.#source = source;
    const { name } = options;
    this.#name = name === undefined ? ++created : String(name);
    const strand = this.#strand = new TaskStrand(
      this.#scope,
      typeof source === "function" ? runBody(source) : stepsOf<T>(source),
      this,
    );
    this.loop.tasks.add(this as Task<unknown>);
    const { context } = options;
    if (options.eagerStart && this.loop.isRunning()) {
      if (context) context(() => this.#startEagerly(strand));
      else this.#startEagerly(strand);
    } else if (context) context(() => strand.scheduleBegin());
    else strand.scheduleBegin();
  }

  /**
   * Returns the name of the task.
   *
   * @returns The name given at creation, or a generated one.
   */
  getName(): string {
    const name = this.#name;
    return typeof name === "number" ? `Task-${name}` : name;
  }

  /**
   * Renames the task.
   *
   * @param name The new name.
   */
  setName(name: string): void {
    this.#name = String(name);
  }

  /**
   * Returns what the task was created with.
   *
   * @returns The coroutine, generator, future or function.
   */
  getCoro(): CoroutineLike<T> {
    return this.#source;
  }

  /**
   * Returns the async context that the task goes on in.
   *
   * @returns The context of its last suspension.
   * @throws {NotImplementedError} Where the runtime does not tell.
   */
  getContext(): Context {
    return this.#strand.context;
  }

  /**
   * Tells what the task is doing, innermost first: what it waits for, then its
   * function; of generators each that is entered, with the line it stands in.
   *
   * @param options How many entries are returned at most.
   * @returns A line for each.
   */
  getStack(options: GetStackOptions = {}): string[] {
    const { limit } = options;
    return stackOf({ strand: this.#strand, source: this.#source })
      .slice(0, limit);
  }

  /**
   * Prints what `getStack()` tells to the console.
   *
   * @param options How many entries are printed at most.
   */
  printStack(options: GetStackOptions = {}): void {
    const lines = this.getStack(options).map((line) => `  ${line}`);
    console.error(
      [`Stack for ${this} (most recent first):`, ...lines].join("\n"),
    );
  }

  /**
   * Asks the task to end: a CancelledError is thrown at the wait it stands in,
   * or at the next one. The task may clean up, and it may refuse by catching
   * the error; every call is delivered again.
   *
   * Native code that stands in a bare foreign promise cannot be interrupted:
   * it gets the error at its next wait of the library. Give `task.signal` to
   * what makes such promises.
   *
   * @param message What the CancelledError says.
   * @returns `false` if the task has already ended.
   */
  override cancel(message?: string): boolean {
    return this.cancelWithin(this.#scope, message);
  }

  /**
   * Returns how many requests to cancel are outstanding.
   *
   * @returns The calls of `cancel()` less those of `uncancel()`.
   */
  cancelling(): number {
    return this.#cancellation?.requests ?? 0;
  }

  /**
   * Takes one request to cancel back; for those who made it. At zero a
   * CancelledError that was not thrown yet is not going to be.
   *
   * @returns How many requests are left.
   */
  uncancel(): number {
    return this.#cancellation?.takeBack() ?? 0;
  }

  /**
   * Aborted when the task, or the body of a timeout or group that asks for it,
   * is cancelled, with the CancelledError as reason: for `fetch()` and its like.
   */
  get signal(): AbortSignal {
    this.#cancellation ??= new Cancellation(this as Task<unknown>);
    return this.#cancellation.signal(this.#scope);
  }

  /**
   * Not possible on a task: its coroutine decides.
   *
   * @throws {RuntimeError} Always.
   */
  override setResult(_value: T): never {
    throw new RuntimeError("Task does not support setResult operation");
  }

  /**
   * Not possible on a task: its coroutine decides.
   *
   * @throws {RuntimeError} Always.
   */
  override setException(_error: unknown): never {
    throw new RuntimeError("Task does not support setException operation");
  }

  /** Cancels one region of the task; counts as a request.
   * @ignore */
  cancelWithin(scope: Scope, message?: string): boolean {
    this.markRetrieved();
    if (this.done()) return false;
    this.#cancellation ??= new Cancellation(this as Task<unknown>);
    this.#cancellation.request(scope, message);
    return true;
  }

  /** Takes the error that a step in `scope` must begin with.
   * @ignore */
  takeCancellation(scope: Scope): CancelledError | null {
    return this.#cancellation?.take(scope) ?? null;
  }

  /** Throws the error due to native code that stood in a foreign promise.
   * @ignore */
  throwIfAdrift(scope: Scope): void {
    const error = this.#cancellation?.takeAdrift(scope) ?? null;
    if (error !== null) throw error;
  }

  /** A region was left: a request not delivered in it goes outwards.
   * @ignore */
  leaveScope(scope: Scope): void {
    this.#cancellation?.leave(scope);
  }

  /** Interrupts a wait at its beginning if the error is due.
   * @ignore */
  interruptAtPark(wait: Wait): void {
    this.#cancellation?.interruptAtPark(wait);
  }

  /** Ends the task; a request not thrown yet wins.
   * @ignore */
  coroutineReturned(value: T): void {
    const cancellation = this.#cancellation;
    if (cancellation?.due) this.endCancelled(cancellation.message);
    else this.finish(value);
    const ignored = this.cancelling() > 0 && !cancellation!.held;
    if (ignored && this.loop.getDebug()) this.#reportSwallowed();
    this.#leave();
  }

  /** Ends the task: cancelled by a CancelledError, else failed.
   * @ignore */
  coroutineThrew(error: unknown): void {
    if (error instanceof CancelledError) this.endCancelled(undefined, error);
    else this.fail(error);
    this.#leave();
  }

  /** As asyncio: a request that could not be passed on leaves its message.
   * @ignore */
  override get cancelMessage(): string | undefined {
    return this.cancelled() ? super.cancelMessage : this.#cancellation?.message;
  }

  /** Describes the task, its state and what it waits for. */
  override toString(): string {
    const strand: Strand = this.#strand;
    const coroutine = describeSource({ strand, source: this.#source });
    const waiting = this.done() ? "" : this.waits.describe();
    const waitFor = waiting === "" ? "" : ` wait_for=${waiting}`;
    return `<Task ${this.describeState()} name='${this.getName()}' ` +
      `coro=${coroutine}${waitFor}>`;
  }

  /** Describes the task without what it waits for: that could be a circle.
   * @ignore */
  override describeAsAwaited(): string {
    return `<Task ${this.describeState()} name='${this.getName()}'>`;
  }

  /** Describes the state and, once there is one, the outcome.
   * @ignore */
  protected override describeState(): string {
    if (this.done() || this.cancelling() === 0) return super.describeState();
    return "cancelling";
  }

  /** What kind of future the reports speak of.
   * @ignore */
  protected override get kind(): string {
    return "Task";
  }

  #startEagerly(strand: TaskStrand<T>): void {
    scopeStorage.run(this.#scope, () => strand.begin());
  }

  /** In debug mode: the task was asked to cancel, and returned a result. */
  #reportSwallowed(): void {
    if (this.cancelled()) return;
    log(
      "warning",
      `${this} swallowed a CancelledError: it was asked to cancel and ` +
        "returned a result without calling uncancel()\n" +
        `Object created at (most recent call first):\n` +
        describeSampled(this.site),
      { task: this },
    );
  }

  #leave(): void {
    this.loop.tasks.delete(this as Task<unknown>);
    this.loop.scheduler.movers.settle(this);
  }
}

/**
 * Starts a coroutine as a task of the running loop. Its first step runs in the
 * next iteration of the loop, never inside the call.
 *
 * @typeParam T The type of the result.
 * @param source A coroutine, a generator object, a future, or a function
 * without parameters that returns one or is async.
 * @param options The name, the async context and how the task starts.
 * @returns The task.
 * @throws {RuntimeError} If no loop is running.
 * @throws {TypeError} If the source cannot be run, such as a started promise.
 *
 * @example Two tasks at once
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const slow = asyncio.createTask(asyncio.sleep(0.02, "slow"));
 *   const fast = asyncio.createTask(async () => "fast");
 *   assert.deepEqual([await slow, await fast], ["slow", "fast"]);
 * });
 * ```
 */
export function createTask<T>(
  source: CoroutineLike<T>,
  options?: CreateTaskOptions,
): Task<T> {
  return getRunningLoop().createTask(source, options);
}

/**
 * Returns the task that runs the caller.
 *
 * @returns The task, or `null` in a callback or outside any task.
 */
export function currentTask(): Task<unknown> | null {
  return currentScope()?.task ?? null;
}

/**
 * Returns the tasks that have not ended.
 *
 * @param loop The loop whose tasks are meant, by default the running one.
 * @returns A new set, in the order of creation.
 * @throws {RuntimeError} If no loop is given and none is running.
 */
export function allTasks(loop?: AbstractEventLoop): Set<Task<unknown>> {
  return new Set(((loop ?? getRunningLoop()) as BaseEventLoop).tasks);
}
