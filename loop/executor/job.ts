import type { RemoteJob } from "./remote_code.ts";

/**
 * The job that a function runs as in a worker: what it can ask whether somebody
 * still wants the result.
 */
export interface Job {
  /** The name of the function. */
  readonly name: string;
  /**
   * A signal that is aborted when the job is cancelled: for `fetch()` and its
   * like. Code that never waits does not see it, because no event arrives.
   */
  readonly signal: AbortSignal;
  /**
   * Whether the job was cancelled. It can be read at any time, also in a loop
   * that never waits: it is memory that the threads share.
   */
  readonly cancelled: boolean;

  /**
   * Throws if the job was cancelled.
   *
   * @throws {DOMException} An AbortError.
   */
  throwIfCancelled(): void;

  /**
   * As the function {@linkcode transfer}, for functions that cannot import it.
   *
   * @typeParam T The type of the value.
   * @param value What is going to be returned.
   * @param transferables What in it is to be moved.
   * @returns The value.
   */
  transfer<T>(value: T, transferables?: Transferable[]): T;
}

/** Under these names code finds what it shares, whatever copy of us it has. */
interface SharedState {
  [key: symbol]: unknown;
}

const shared = globalThis as unknown as SharedState;

/**
 * Returns the job that the running code belongs to.
 *
 * @returns The job, or `null` outside any worker of an executor.
 *
 * @example Giving up a long computation
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * // An export of a module that a WorkerPoolExecutor runs.
 * function countPrimes(limit: number): number {
 *   const job = asyncio.currentJob();
 *   let count = 0;
 *   for (let n = 2; n < limit; n++) {
 *     if (n % 1000 === 0) job?.throwIfCancelled();
 *     let divisor = 2;
 *     while (n % divisor !== 0) divisor++;
 *     if (divisor === n) count++;
 *   }
 *   return count;
 * }
 *
 * assert.equal(asyncio.currentJob(), null); // no worker: this runs here
 * assert.equal(countPrimes(100), 25);
 * ```
 */
export function currentJob(): Job | null {
  const job = shared[Symbol.for("asyncio.currentJob")];
  return (job as RemoteJob | undefined) ?? null;
}

/**
 * Marks an argument or a result to be moved to the other thread instead of
 * copied: here its memory is gone as soon as it was sent.
 *
 * Processes share no memory: a ProcessPoolExecutor copies all the same.
 *
 * @typeParam T The type of the value.
 * @param value An argument of `submit()`, or what a job returns.
 * @param transferables What in it is to be moved; by default the value itself,
 * or the buffer it is a view of.
 * @returns The value.
 * @throws {TypeError} If the value is no object.
 *
 * @example Moving a megabyte
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const bytes = new Uint8Array(1_000_000).fill(1);
 *   const sum = await asyncio.toThread(
 *     (bytes: Uint8Array) => bytes.reduce((a, b) => a + b),
 *     asyncio.transfer(bytes),
 *   );
 *   assert.equal(sum, 1_000_000);
 *   assert.equal(bytes.length, 0);
 * });
 * ```
 */
export function transfer<T>(value: T, transferables?: Transferable[]): T {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `Cannot transfer value: expected an object, received ${typeof value}`,
    );
  }
  transfers().set(value, transferables ?? findTransferables(value));
  return value;
}

/** Collects what is to be moved of some arguments. */
export function transferablesOf(args: readonly unknown[]): Transferable[] {
  const marked = transfers();
  const found = new Set<Transferable>();
  for (const arg of args) {
    if (typeof arg !== "object" || arg === null) continue;
    // A port cannot be copied, so that there is nothing to ask.
    const list = arg instanceof MessagePort ? [arg] : marked.get(arg) ?? [];
    for (const transferable of list) found.add(transferable);
  }
  return [...found];
}

function findTransferables(value: object): Transferable[] {
  return [ArrayBuffer.isView(value) ? value.buffer : value] as Transferable[];
}

function transfers(): WeakMap<object, Transferable[]> {
  const key = Symbol.for("asyncio.transfers");
  shared[key] ??= new WeakMap();
  return shared[key] as WeakMap<object, Transferable[]>;
}
