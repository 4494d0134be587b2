import type { CoroutineGenerator } from "../awaitables.ts";
import { type Coroutine, operation } from "../coroutines.ts";
import type { Future } from "../futures.ts";
import { ExecutorFullError } from "./errors.ts";
import { showAsText } from "../inspect.ts";
import { FIRST_COMPLETED, wait } from "../wait.ts";
import type {
  AnyFunction,
  WorkFunction,
  WorkName,
  WorkParameters,
  WorkResult,
} from "./work.ts";

/** Options of {@linkcode Executor.shutdown}. */
export interface ShutdownOptions {
  /** Whether to cancel the jobs that have not ended, instead of waiting. */
  cancelFutures?: boolean;
}

/** Options of {@linkcode Executor.map}. */
export interface MapOptions {
  /** How many jobs may be submitted and not yet be taken; by default 16. */
  buffersize?: number;
}

/** How many jobs `map()` submits ahead, by default. */
const BUFFER_SIZE = 16;

/**
 * Runs functions somewhere else than on the thread of the event loop. Extend it
 * to give `loop.runInExecutor()` an executor of another kind.
 *
 * @typeParam M The type of the module whose functions can be run by name.
 *
 * @example An executor that runs everything here, for tests
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * class Here extends asyncio.Executor {
 *   override submit(
 *     work: string | ((...args: never[]) => unknown),
 *     ...args: unknown[]
 *   ) {
 *     const call = work as (...args: unknown[]) => unknown;
 *     // deno-lint-ignore no-explicit-any
 *     return asyncio.ensureFuture<any>(async () => await call(...args));
 *   }
 *   override shutdown() {
 *     return asyncio.ensureFuture<void>(async () => {});
 *   }
 * }
 *
 * await asyncio.run(async () => {
 *   const loop = asyncio.getRunningLoop();
 *   const add = (a: number, b: number) => a + b;
 *   assert.equal(await loop.runInExecutor(new Here(), add, 1, 2), 3);
 * });
 * ```
 */
export abstract class Executor<M extends object = object>
  implements AsyncDisposable {
  static {
    showAsText(this);
  }

  /**
   * Not there: it lets functions infer the type of the module.
   *
   * @ignore
   */
  declare readonly moduleType?: M;

  /**
   * Submits a job: a function of the module.
   *
   * @typeParam K The name of the function.
   * @param work The name of a function that the module exports.
   * @param args Its arguments, which are copied.
   * @returns A future of what the function returns; cancelling it cancels the
   * job.
   */
  abstract submit<K extends WorkName<M>>(
    work: K,
    ...args: WorkParameters<M[K]>
  ): Future<WorkResult<M[K]>>;
  /**
   * Submits a job: a function.
   *
   * @typeParam R The type of the result.
   * @typeParam A The types of the arguments.
   * @param work A function that uses nothing outside itself.
   * @param args Its arguments, which are copied.
   * @returns A future of what the function returns; cancelling it cancels the
   * job.
   */
  abstract submit<R, A extends unknown[]>(
    work: WorkFunction<R, A>,
    ...args: A
  ): Future<R>;

  /**
   * Takes no more jobs, and ends the workers when the jobs have ended.
   *
   * @param wait Whether the future waits for that.
   * @param options Whether to cancel what has not ended.
   * @returns A future of the end.
   */
  abstract shutdown(wait?: boolean, options?: ShutdownOptions): Future<void>;

  /**
   * Runs a function once per item, several at a time, and gives the results in
   * the order of the items. No more jobs are submitted than the buffer takes, so
   * that the items may be without end.
   *
   * Leaving the loop early cancels the jobs that are under way; so does an
   * error of one of them, which is thrown when it is its turn. Where the queue of
   * the executor is full, `map()` waits for jobs of its own; if there are none,
   * since others fill the queue, that is an ExecutorFullError.
   *
   * @typeParam K The name of the function.
   * @param work The name of a function that the module exports.
   * @param items The arguments: one per call.
   * @param options How many jobs are submitted ahead.
   * @returns An asynchronous iterator of the results.
   * @throws {RangeError} If the buffer size is no positive integer.
   */
  map<K extends WorkName<M>>(
    work: K,
    items: Iterable<WorkParameters<M[K]>[0]>,
    options?: MapOptions,
  ): AsyncIterableIterator<WorkResult<M[K]>>;
  /**
   * Runs a function that is given itself once per item, as above.
   *
   * @typeParam R The type of the result.
   * @typeParam I The type of the items.
   * @param work A function that uses nothing outside itself.
   * @param items The arguments: one per call.
   * @param options How many jobs are submitted ahead.
   * @returns An asynchronous iterator of the results.
   * @throws {RangeError} If the buffer size is no positive integer.
   *
   * @example Squares, four at a time
   * ```ts
   * import * as asyncio from "@asyncio/asyncio";
   * import assert from "node:assert/strict";
   *
   * await asyncio.run(async () => {
   *   await using pool = new asyncio.WorkerPoolExecutor(null, { maxWorkers: 2 });
   *   const squares: number[] = [];
   *   const square = (n: number) => n * n;
   *   for await (const n of pool.map(square, [1, 2, 3], { buffersize: 4 })) {
   *     squares.push(n);
   *   }
   *   assert.deepEqual(squares, [1, 4, 9]);
   * });
   * ```
   */
  map<R, I>(
    work: WorkFunction<R, [I]>,
    items: Iterable<I>,
    options?: MapOptions,
  ): AsyncIterableIterator<R>;
  map(
    work: string | AnyFunction,
    items: Iterable<unknown>,
    options: MapOptions = {},
  ): AsyncIterableIterator<unknown> {
    const { buffersize = BUFFER_SIZE } = options;
    if (!Number.isInteger(buffersize) || buffersize < 1) {
      throw new RangeError(
        `Cannot map: buffersize is no positive integer (${buffersize})`,
      );
    }
    const submit = (item: unknown) =>
      this.submit(work as WorkFunction<unknown, [unknown]>, item);
    return new Mapping(items, buffersize, submit);
  }

  /** Describes the executor, such as `<WorkerPoolExecutor>`. */
  toString(): string {
    return `<${this.constructor.name}>`;
  }

  /** Waits for the jobs and ends the workers, after an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }
}

/** The iterator that `map()` returns. */
class Mapping<I, R> implements AsyncIterableIterator<R> {
  readonly #items: Iterator<I>;
  readonly #size: number;
  readonly #submit: (item: I) => Future<R>;
  /** The jobs whose results are still to be asked for, in order. */
  readonly #jobs: Future<R>[] = [];
  /** The jobs that calls of `next()` wait for. */
  readonly #taken = new Set<Future<R>>();
  /** The next item, until it is submitted. */
  #step: IteratorResult<I> | null = null;

  constructor(
    items: Iterable<I>,
    size: number,
    submit: (item: I) => Future<R>,
  ) {
    this.#items = items[Symbol.iterator]();
    this.#size = size;
    this.#submit = submit;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Coroutine<IteratorResult<R>> {
    return operation("Executor.map", this.#next());
  }

  return(): Coroutine<IteratorResult<R>> {
    return operation("Executor.map", this.#return());
  }

  *#next(): CoroutineGenerator<IteratorResult<R>> {
    try {
      const job = yield* this.#take();
      if (job === undefined) return { done: true, value: undefined };
      this.#taken.add(job);
      try {
        return { done: false, value: yield* job };
      } finally {
        this.#taken.delete(job);
      }
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Takes the next job, so that another call of `next()` has another one. */
  *#take(): CoroutineGenerator<Future<R> | undefined> {
    for (;;) {
      this.#fill();
      const job = this.#jobs.shift();
      if (job !== undefined || this.#step?.done) return job;
      // The executor is full of what other calls have taken.
      yield* wait(this.#taken, { returnWhen: FIRST_COMPLETED });
    }
  }

  // deno-lint-ignore require-yield
  *#return(): CoroutineGenerator<IteratorResult<R>> {
    this.#end();
    return { done: true, value: undefined };
  }

  #fill(): void {
    while (this.#jobs.length < this.#size) {
      this.#step ??= this.#items.next();
      if (this.#step.done) return;
      try {
        this.#jobs.push(this.#submit(this.#step.value));
      } catch (error) {
        // There is room again when one of our own jobs has ended.
        const isFull = error instanceof ExecutorFullError;
        if (isFull && this.#jobs.length + this.#taken.size > 0) return;
        throw error;
      }
      this.#step = null;
    }
  }

  #end(): void {
    if (!this.#step?.done) this.#items.return?.();
    this.#step = { done: true, value: undefined };
    for (const job of this.#jobs.splice(0)) job.cancel();
  }
}
