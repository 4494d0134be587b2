import type { Body, CoroutineGenerator, CoroutineLike } from "./awaitables.ts";
import { runBody } from "./body.ts";
import { Coroutine, operation } from "./coroutines.ts";
import { CancelledError, KeyboardInterrupt, RuntimeError } from "./errors.ts";
import { ExceptionGroup } from "./exception_group.ts";
import type { Future } from "./futures.ts";
import { showAsText } from "./inspect.ts";
import { Members } from "./members.ts";
import { running } from "./running.ts";
import type { Scope } from "./scope.ts";
import type { CreateTaskOptions, Task } from "./tasks.ts";

/** What the body of a group came to, besides a result. */
const NO_ERROR = Symbol("no error");

/**
 * Tasks that live and end together with a body of code.
 *
 * Use `taskGroup()`, which gives the group to its body. The group ends when the
 * body and all tasks have ended; when one fails the others and the body are
 * cancelled.
 *
 * @example Two workers and a result
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const total = await asyncio.run(() =>
 *   asyncio.taskGroup(async (group) => {
 *     const a = group.createTask(asyncio.sleep(0.01, 1));
 *     const b = group.createTask(asyncio.sleep(0.01, 2));
 *     return (await a) + (await b);
 *   })
 * );
 * assert.equal(total, 3);
 * ```
 */
export class TaskGroup {
  static {
    showAsText(this);
  }

  #state: "created" | "open" | "closing" | "finished" = "created";
  readonly #members = new Members(
    () => this.#scope!.task,
    (task) => this.#noteDone(task),
  );
  #scope: Scope | null = null;
  /** Members are being cancelled; no more may join. */
  #aborting = false;
  /** The parent was cancelled by the group, which must take that back. */
  #parentCancelled = false;
  /** `cancel()` was called before the body was entered. */
  #cancelOnEntry = false;
  #errors: unknown[] = [];
  #interrupt: KeyboardInterrupt | null = null;
  #allDone: Future<void> | null = null;

  /**
   * Starts a task as a member of the group.
   *
   * @typeParam T The type of the result.
   * @param source A coroutine, a generator object, a future or a function.
   * @param options The name, the async context and how the task starts.
   * @returns The task.
   * @throws {RuntimeError} If the group has not been entered, is shutting down
   * or has finished; the coroutine is closed then.
   */
  createTask<T>(
    source: CoroutineLike<T>,
    options?: CreateTaskOptions,
  ): Task<T> {
    const refusal = this.#refusal();
    if (refusal !== null) {
      if (source instanceof Coroutine) source.close();
      throw new RuntimeError(`Cannot create task: TaskGroup ${refusal}`);
    }
    const task = this.#scope!.task.loop.createTask(source, options);
    if (task.done()) this.#noteDone(task as Task<unknown>);
    else {
      this.#members.add(task as Task<unknown>);
      // Its first step, if it ran already, may have cancelled the group.
      if (this.#aborting) task.cancel();
    }
    return task;
  }

  /**
   * Cancels the body and all members; the group then ends without an error,
   * unless one of them fails. Cancelling again, or after the end, does nothing.
   */
  cancel(): void {
    if (this.#state === "created") this.#cancelOnEntry = true;
    else if (this.#state !== "finished") this.#cancelAll();
  }

  /**
   * Runs a body in the group, in the caller's task. A group can be used once.
   *
   * @typeParam T The type of the result.
   * @param body An async function or a generator function; it gets the group.
   * @returns A coroutine of what the body returns; `undefined` if `cancel()`
   * ended the body.
   * @throws {ExceptionGroup} If the body or a task failed.
   * @throws {RuntimeError} If it was used before.
   */
  run<T>(body: Body<T, [TaskGroup]>): Coroutine<T> {
    return operation("taskGroup", this.#run(body));
  }

  /** Describes the group and how many of its tasks have not ended. */
  toString(): string {
    const aborting = this.#aborting ? " cancelling" : "";
    return `<TaskGroup ${this.#state} tasks=${this.#members.size}${aborting}>`;
  }

  *#run<T>(body: Body<T, [TaskGroup]>): CoroutineGenerator<T> {
    const strand = running.strand!;
    if (this.#state !== "created") {
      throw new RuntimeError("TaskGroup has already been entered");
    }
    const scope = strand.enterScope();
    this.#scope = scope;
    this.#state = "open";
    let result: T | undefined;
    let error: unknown = NO_ERROR;
    try {
      if (this.#cancelOnEntry) this.#cancelAll();
      result = yield* runBody(body, this);
    } catch (thrown) {
      error = thrown;
    }
    try {
      yield* this.#exit(error);
    } finally {
      this.#state = "finished";
      strand.leaveScope(scope);
      this.#errors = [];
    }
    return result as T;
  }

  /** Waits for the members and throws what the group comes to. */
  *#exit(error: unknown): CoroutineGenerator<void> {
    const { task } = this.#scope!;
    this.#state = "closing";
    let cancellation = error instanceof CancelledError ? error : null;
    if (error instanceof KeyboardInterrupt) this.#interrupt ??= error;
    if (error !== NO_ERROR && !this.#aborting) this.#abort();
    cancellation = (yield* this.#waitForMembers()) ?? cancellation;
    if (this.#interrupt !== null) throw this.#interrupt;
    if (this.#parentCancelled && task.uncancel() === 0) cancellation = null;
    if (cancellation !== null && this.#errors.length === 0) throw cancellation;
    if (error !== NO_ERROR && !(error instanceof CancelledError)) {
      this.#errors.push(error);
    }
    if (this.#errors.length === 0) return;
    // Somebody else asked to cancel too: that request must not be lost.
    if (task.cancelling() > 0) {
      task.uncancel();
      task.cancel();
    }
    throw new ExceptionGroup("unhandled errors in a TaskGroup", this.#errors);
  }

  /** Returns the cancellation from outside that arrived meanwhile, if any. */
  *#waitForMembers(): CoroutineGenerator<CancelledError | null> {
    const { loop } = this.#scope!.task;
    let cancellation: CancelledError | null = null;
    while (this.#members.size > 0) {
      this.#allDone ??= loop.createFuture<void>().named("taskGroup");
      try {
        yield* this.#allDone;
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
        if (!this.#aborting) {
          cancellation = error;
          this.#abort();
        }
      }
      this.#allDone = null;
    }
    return cancellation;
  }

  #refusal(): string | null {
    if (this.#state === "created") return "has not been entered";
    if (this.#state === "finished") return "is finished";
    if (this.#state === "closing" && this.#members.size === 0) {
      return "is finished";
    }
    return this.#aborting ? "is shutting down" : null;
  }

  #abort(): void {
    this.#aborting = true;
    this.#members.cancel();
  }

  /** Cancels the members and, once, the parent wherever it stands. */
  #cancelAll(): void {
    if (this.#aborting) return;
    this.#abort();
    if (this.#parentCancelled) return;
    this.#parentCancelled = true;
    this.#scope!.task.cancelWithin(this.#scope!);
  }

  #noteDone(task: Task<unknown>): void {
    if (this.#members.size === 0 && this.#allDone?.done() === false) {
      this.#allDone.setResult();
    }
    if (task.cancelled()) return;
    const error = task.exception();
    if (error === null) return;
    this.#errors.push(error);
    if (error instanceof KeyboardInterrupt) this.#interrupt ??= error;
    const { task: parent } = this.#scope!;
    if (parent.done()) return this.#reportOrphan(task, parent, error);
    this.#cancelAll();
  }

  #reportOrphan(
    task: Task<unknown>,
    parent: Task<unknown>,
    exception: unknown,
  ): void {
    parent.loop.callExceptionHandler({
      message: `Task ${task} has errored out but its parent task ${parent} ` +
        "is already completed",
      exception,
      task,
    });
  }
}

/**
 * Runs a body with a group of tasks, in the caller's task, and waits for all of
 * them: none of the tasks outlives the call.
 *
 * When a task fails the others and the body are cancelled, and the errors are
 * thrown together. When the caller is cancelled so are the tasks.
 *
 * @typeParam T The type of the result.
 * @param body An async function or a generator function; it gets the group.
 * @returns A coroutine of what the body returns; `undefined` if `group.cancel()`
 * ended the body.
 * @throws {ExceptionGroup} If the body or a task failed.
 *
 * @example One failure ends the others
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   await assert.rejects(
 *     asyncio.taskGroup(async (group) => {
 *       group.createTask(asyncio.sleep(60));
 *       group.createTask(async () => {
 *         throw new Error("broken");
 *       });
 *     }),
 *     (error) =>
 *       error instanceof asyncio.ExceptionGroup &&
 *       error.errors[0].message === "broken",
 *   );
 * });
 * ```
 */
export function taskGroup<T>(body: Body<T, [TaskGroup]>): Coroutine<T> {
  return new TaskGroup().run(body);
}
