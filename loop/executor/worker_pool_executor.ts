import type { Future } from "../futures.ts";
import { Executor, type ShutdownOptions } from "./executor.ts";
import { transferablesOf } from "./job.ts";
import { JobPool } from "./job_pool.ts";
import {
  classesByName,
  moduleHref,
  type PoolOptions,
  readLimits,
} from "./pool_options.ts";
import { workerScript } from "./remote_script.ts";
import {
  type AnyFunction,
  referTo,
  type UntypedModule,
  type WorkFunction,
  type WorkName,
  type WorkParameters,
  type WorkResult,
} from "./work.ts";
import { keepArguments, WorkerLane } from "./worker_lane.ts";

/** Options of {@linkcode WorkerPoolExecutor}. */
export type WorkerPoolExecutorOptions = PoolOptions;

/**
 * Runs functions in web workers: threads of the same process.
 *
 * Give it the module with the functions; its type makes `submit()` check names
 * and arguments. Workers start when they are needed, and do not keep the
 * process alive while they are idle. To read the module they need
 * `--allow-read` or, for a remote one, `--allow-import`.
 *
 * Cancelling the future of a job that waits drops the job. One that runs is
 * asked to stop, see {@linkcode currentJob}: nothing stops a thread that does
 * not look. For work that must be stoppable there is
 * {@linkcode ProcessPoolExecutor}.
 *
 * @typeParam M The type of the module.
 *
 * @example Functions of a module
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * // Usually: new WorkerPoolExecutor<typeof import("./work.ts")>(
 * //   new URL("./work.ts", import.meta.url),
 * // );
 * interface Work {
 *   hash(text: string): number;
 * }
 * const module = `data:text/javascript,export function hash(text) {
 *   return [...text].reduce((sum, char) => sum + char.charCodeAt(0), 0);
 * }`;
 *
 * await asyncio.run(async () => {
 *   await using pool = new asyncio.WorkerPoolExecutor<Work>(module);
 *   const hashes = await asyncio.gather(
 *     pool.submit("hash", "a"),
 *     pool.submit("hash", "b"),
 *   );
 *   assert.deepEqual(hashes, [97, 98]);
 * });
 * ```
 */
export class WorkerPoolExecutor<M extends object = UntypedModule>
  extends Executor<M> {
  readonly #module: string | null;
  readonly #pool: JobPool;

  /**
   * Creates an executor without workers.
   *
   * @param module Where the functions are: an absolute URL, or `null` to run
   * only functions that are given themselves.
   * @param options The limits.
   * @throws {RangeError} If a limit is not possible.
   * @throws {TypeError} If the module is no absolute URL.
   */
  constructor(
    module: string | URL | null = null,
    options: WorkerPoolExecutorOptions = {},
  ) {
    super();
    this.#module = moduleHref(module);
    const script = workerScript(this.#module);
    const classes = classesByName(options);
    this.#pool = new JobPool(
      readLimits(options),
      (owner) => new WorkerLane(owner, script, classes),
    );
  }

  /**
   * Submits a job: a function of the module.
   *
   * The arguments are copied at once, by structured clone; what is marked with
   * {@linkcode transfer}, and message ports, are moved. An error of the function
   * arrives as an error of its class, where that is known here, with its name,
   * message, code, stack and cause.
   *
   * Cancelling the future drops a job that waits and asks one that runs to stop.
   *
   * @typeParam K The name of the function.
   * @param work The name of a function that the module exports.
   * @param args Its arguments.
   * @returns A future of what the function returns.
   * @throws {ExecutorFullError} If too many jobs wait.
   * @throws {RuntimeError} If the executor is shut down.
   * @throws {TypeError} If an argument cannot be sent.
   */
  override submit<K extends WorkName<M>>(
    work: K,
    ...args: WorkParameters<M[K]>
  ): Future<WorkResult<M[K]>>;
  /**
   * Submits a job: a function, which is sent as text. As above otherwise.
   *
   * @typeParam R The type of the result.
   * @typeParam A The types of the arguments.
   * @param work A function that uses nothing outside itself.
   * @param args Its arguments.
   * @returns A future of what the function returns.
   * @throws {ExecutorFullError} If too many jobs wait.
   * @throws {RuntimeError} If the executor is shut down.
   * @throws {TypeError} If the function or an argument cannot be sent.
   */
  override submit<R, A extends unknown[]>(
    work: WorkFunction<R, A>,
    ...args: A
  ): Future<R>;
  override submit(
    work: string | AnyFunction,
    ...args: unknown[]
  ): Future<unknown> {
    const message = { ...referTo(work, this.#module), args };
    return this.#pool.submit(message, transferablesOf(args), keepArguments);
  }

  /**
   * Takes no more jobs, and ends the workers when the jobs have ended. A job
   * that was cancelled and does not stop within a second is given up, with a
   * warning: Deno cannot stop a thread that is busy.
   *
   * Cancelling the wait changes nothing about that.
   *
   * @param wait Whether the future waits for the end of the jobs.
   * @param options Whether to cancel what has not ended.
   * @returns A future of the end.
   */
  override shutdown(
    wait = true,
    options: ShutdownOptions = {},
  ): Future<void> {
    return this.#pool.shutdown(wait, options.cancelFutures ?? false);
  }
}
