import { NotImplementedError } from "../errors.ts";
import type { Future } from "../futures.ts";
import { Executor, type ShutdownOptions } from "./executor.ts";
import { JobPool } from "./job_pool.ts";
import {
  classesByName,
  moduleHref,
  type PoolOptions,
  readLimits,
} from "./pool_options.ts";
import { defaultArguments } from "./process_arguments.ts";
import { ProcessLane, serializeJob } from "./process_lane.ts";
import { processScript } from "./remote_script.ts";
import {
  type AnyFunction,
  referTo,
  type UntypedModule,
  type WorkFunction,
  type WorkName,
  type WorkParameters,
  type WorkResult,
} from "./work.ts";

/** Options of {@linkcode ProcessPoolExecutor}. */
export interface ProcessPoolExecutorOptions extends PoolOptions {
  /**
   * Flags of `deno run` for the processes. By default each permission that this
   * program has as a whole, such as `--allow-read` but not
   * `--allow-read=data`, and `--config` with the configuration file of the
   * module, where this program may look for it.
   */
  args?: readonly string[];
  /** The Deno executable, by default the one that runs this program. */
  command?: string | URL;
}

/**
 * Runs functions in child processes, which can be stopped whatever they do.
 *
 * It is used as {@linkcode WorkerPoolExecutor}, and slower: a process takes some
 * 50 ms to start, and all that is sent is written to a pipe, so that nothing is
 * moved or shared. Needs the permission `--allow-run`. What jobs print goes to
 * the standard error.
 *
 * Cancelling the future of a job that waits drops the job; one that runs is
 * killed with its process, even in the midst of a loop without end.
 *
 * @typeParam M The type of the module.
 *
 * @example Stopping a loop without end
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   await using pool = new asyncio.ProcessPoolExecutor(null, { maxWorkers: 1 });
 *   function spin() {
 *     while (true);
 *   }
 *   await assert.rejects(
 *     asyncio.waitFor(pool.submit(spin), 0.1),
 *     asyncio.TimeoutError,
 *   );
 *   const add = (a: number, b: number) => a + b;
 *   assert.equal(await pool.submit(add, 1, 2), 3);
 * });
 * ```
 */
export class ProcessPoolExecutor<M extends object = UntypedModule>
  extends Executor<M> {
  readonly #module: string | null;
  readonly #pool: JobPool;

  /**
   * Creates an executor without processes.
   *
   * @param module Where the functions are: an absolute URL, or `null` to run
   * only functions that are given themselves.
   * @param options The limits and how the processes are started.
   * @throws {RangeError} If a limit is not possible.
   * @throws {TypeError} If the module is no absolute URL.
   */
  constructor(
    module: string | URL | null = null,
    options: ProcessPoolExecutorOptions = {},
  ) {
    super();
    this.#module = moduleHref(module);
    const classes = classesByName(options);
    const magic = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const script = processScript(this.#module, magic);
    this.#pool = new JobPool(readLimits(options), (owner) => {
      const command = findCommand(options);
      const flags = options.args ?? defaultArguments(this.#module);
      return new ProcessLane(owner, {
        command,
        args: ["run", "--quiet", "--no-prompt", ...flags, script],
        magic,
        classes,
      });
    });
  }

  /**
   * Submits a job: a function of the module.
   *
   * The arguments are copied at once, by structured clone. An error of the
   * function arrives as an error of its class, where that is known here, with
   * its name, message, code, stack and cause.
   *
   * Cancelling the future drops a job that waits and kills one that runs.
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
    return this.#pool.submit(message, [], serializeJob);
  }

  /**
   * Takes no more jobs, and ends the processes when the jobs have ended.
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

function findCommand({ command }: ProcessPoolExecutorOptions): string {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  if (deno === undefined) {
    throw new NotImplementedError("Cannot start process: this is not Deno");
  }
  if (deno.Command === undefined) {
    throw new NotImplementedError(
      "Cannot start process: this runtime starts no processes",
    );
  }
  if (command !== undefined) return String(command);
  if (!deno.build.standalone) return deno.execPath();
  // It would start itself over and over.
  throw new NotImplementedError(
    "Cannot start process: a compiled program is no Deno executable, give one " +
      "in the option `command`",
  );
}
