import type { AbstractEventLoop } from "./abstract_event_loop.ts";
import type { CoroutineLike } from "./awaitables.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import { type Context, scopeStorage } from "./context.ts";
import { RuntimeError } from "./errors.ts";
import { describeDeadlock } from "./deadlock.ts";
import { gather } from "./gather.ts";
import { onIdle } from "./host.ts";
import { showAsText } from "./inspect.ts";
import { LateRejections } from "./late_rejections.ts";
import { newEventLoop } from "./policy.ts";
import { RunGuard } from "./run_guard.ts";
import { runningLoop } from "./running.ts";
import { checkCoroutineLike } from "./steps.ts";
import { allTasks, type Task } from "./tasks.ts";
import { Termination } from "./termination.ts";

/** Options of {@linkcode run} and {@linkcode Runner}. */
export interface RunOptions {
  /** Whether the loop is in debug mode; by default ASYNCIO_DEBUG decides. */
  debug?: boolean;
  /** Creates the loop, instead of the policy. */
  loopFactory?: () => AbstractEventLoop;
  /**
   * Whether SIGTERM, by which service managers stop a process, cancels the main
   * task as Ctrl-C does; by default it ends the process at once.
   */
  handleSigterm?: boolean;
  /**
   * How long the program may clean up after SIGTERM, in seconds, before the run
   * is given up. By default 8: containers are killed after 10.
   */
  gracePeriod?: number;
}

/** The default of the option `gracePeriod`, in seconds. */
const GRACE_PERIOD = 8;

/** Options of {@linkcode Runner.run}. */
export interface RunnerRunOptions {
  /** The async context of the main task. */
  context?: Context;
}

/**
 * Runs several main functions one after the other on the same loop.
 *
 * @example Two runs on one loop
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await using runner = new asyncio.Runner();
 * const queue = new asyncio.Queue<number>();
 * await runner.run(() => queue.put(1));
 * assert.equal(await runner.run(() => queue.get()), 1);
 * ```
 */
export class Runner implements AsyncDisposable {
  readonly #options: RunOptions;
  #loop: BaseEventLoop | null = null;
  #termination: Termination | null = null;
  #closed = false;

  static {
    showAsText(this);
  }

  /**
   * Creates a runner; its loop is created when first needed.
   *
   * @param options Debug mode, what creates the loop, and how SIGTERM is taken.
   * @throws {RangeError} If the grace period is not a number of seconds.
   */
  constructor(options: RunOptions = {}) {
    checkGracePeriod(options.gracePeriod);
    this.#options = options;
  }

  /**
   * Returns the loop of the runner.
   *
   * @returns The loop; the first call creates it.
   * @throws {RuntimeError} If the runner is closed.
   */
  getLoop(): AbstractEventLoop {
    return this.#openLoop();
  }

  /**
   * Runs a main function to its end.
   *
   * The first Ctrl-C cancels the main task, which may clean up; the second one
   * ends the run at once. With `handleSigterm` SIGTERM cancels it too.
   *
   * @typeParam T The type of the result.
   * @param main A function, a coroutine or a generator object.
   * @param options The async context of the main task.
   * @returns A promise of the result.
   * @throws {KeyboardInterrupt} If Ctrl-C ended the main task.
   * @throws {SystemExit} If SIGTERM did.
   * @throws {RuntimeError} If a loop is running the caller.
   * @throws {TypeError} If `main` cannot be run, such as a started promise.
   */
  async run<T>(
    main: CoroutineLike<T>,
    options: RunnerRunOptions = {},
  ): Promise<T> {
    checkCoroutineLike(main, "run");
    checkOutside("Runner.run()");
    const loop = this.#openLoop();
    if (this.#termination !== null) await this.#termination.close();
    this.#termination = this.#prepareTermination(loop);
    const task = loop.createTask<T>(main, options);
    await using guard = new RunGuard(
      loop,
      task as Task<unknown>,
      this.#termination,
    );
    try {
      return await scopeStorage.run(
        undefined,
        () => loop.runUntilComplete(task),
      );
    } catch (error) {
      throw guard.explain(error);
    }
  }

  /**
   * Closes the runner: cancels the tasks that are left, waits for them and
   * closes the loop. Closing again does nothing.
   *
   * @returns A promise of the end.
   * @throws {SystemExit} If SIGTERM arrived meanwhile, with `handleSigterm`.
   */
  async close(): Promise<void> {
    const loop = this.#loop;
    this.#closed = true;
    this.#loop = null;
    if (loop === null) return;
    const termination = this.#termination;
    termination?.cover();
    try {
      if (!termination?.expired) await endAll(loop);
    } finally {
      await termination?.close();
      loop.close();
    }
    if (termination?.requestedLate) throw termination.makeLateError();
  }

  /** Closes the runner at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Describes the runner, such as `<Runner <DenoEventLoop running>>`. */
  toString(): string {
    const state = this.#closed ? "closed" : this.#loop ?? "created";
    return `<Runner ${state}>`;
  }

  #prepareTermination(loop: BaseEventLoop): Termination | null {
    const { handleSigterm, gracePeriod = GRACE_PERIOD } = this.#options;
    return handleSigterm ? new Termination(loop, gracePeriod) : null;
  }

  #openLoop(): BaseEventLoop {
    if (this.#closed) throw new RuntimeError("Runner is closed");
    if (this.#loop === null) {
      const { loopFactory = newEventLoop, debug } = this.#options;
      this.#loop = loopFactory() as BaseEventLoop;
      if (debug !== undefined) this.#loop.setDebug(debug);
    }
    return this.#loop;
  }
}

function checkGracePeriod(seconds: unknown): void {
  if (seconds === undefined) return;
  if (typeof seconds === "number" && seconds >= 0) return;
  throw new RangeError(
    `Cannot create runner: gracePeriod is no number of seconds (${seconds})`,
  );
}

function checkOutside(method: string): void {
  if (runningLoop() === null) return;
  throw new RuntimeError(
    `${method} cannot be called from a running event loop`,
  );
}

async function endAll(loop: BaseEventLoop): Promise<void> {
  await cancelAllTasks(loop);
  const executorEnd = loop.closeDefaultExecutor();
  if (executorEnd !== null) await loop.runUntilComplete(executorEnd);
}

async function cancelAllTasks(loop: BaseEventLoop): Promise<void> {
  const tasks = [...allTasks(loop)];
  if (tasks.length === 0) return;
  const rejections = new LateRejections();
  for (const task of tasks) task.cancel();
  let stuck: unknown = null;
  // A task in a bare foreign promise that never settles never ends.
  const forgetIdle = onIdle(() => {
    stuck = describeDeadlock(tasks, true);
    loop.abortRun(stuck);
  });
  try {
    await loop.runUntilComplete(gather(...tasks, { returnExceptions: true }));
  } catch (error) {
    if (error !== stuck) throw error;
  } finally {
    forgetIdle();
    await rejections.end();
  }
  for (const task of tasks) {
    if (!task.done() || task.cancelled()) continue;
    const exception = task.exception();
    if (exception === null) continue;
    loop.callExceptionHandler({
      message: "unhandled exception during asyncio.run() shutdown",
      exception,
      task,
    });
  }
}

/**
 * Runs a main function on a new event loop, then cancels what is left and
 * closes the loop. The entry point of programs.
 *
 * The first Ctrl-C cancels the main task, which may clean up; the second one
 * ends the run at once. An interrupt that nobody catches ends the process with
 * exit code 130. With the option `handleSigterm` SIGTERM cancels the main task
 * too, and the program has `gracePeriod` seconds to clean up; the exit code is
 * then 143.
 *
 * @typeParam T The type of the result.
 * @param main An async function, a generator function, a coroutine or a
 * generator object.
 * @param options Debug mode, what creates the loop, and how SIGTERM is taken.
 * @returns A promise of the result.
 * @throws {KeyboardInterrupt} If Ctrl-C ended the main task.
 * @throws {SystemExit} If SIGTERM did.
 * @throws {DeadlockError} If nothing is left that could end the main task.
 * @throws {RuntimeError} If a loop is running the caller.
 * @throws {TypeError} If `main` cannot be run, such as a started promise.
 *
 * @example Both styles
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const one = await asyncio.run(async () => {
 *   await asyncio.sleep(0.01);
 *   return 1;
 * });
 * const two = await asyncio.run(function* () {
 *   return yield* asyncio.sleep(0.01, 2);
 * });
 * assert.deepEqual([one, two], [1, 2]);
 * ```
 */
export async function run<T>(
  main: CoroutineLike<T>,
  options: RunOptions = {},
): Promise<T> {
  checkCoroutineLike(main, "run");
  checkOutside("run()");
  const runner = new Runner(options);
  try {
    return await runner.run(main);
  } finally {
    await runner.close();
  }
}
