import type { CoroutineLike } from "./awaitables.ts";
import { CancelledError } from "./errors.ts";
import { DoneWatcher } from "./done_watcher.ts";
import { distinctFutures } from "./distinct_futures.ts";
import { Future } from "./futures.ts";
import { currentLoop } from "./running.ts";

/** Options of {@linkcode gather}. */
export interface GatherOptions {
  /** Whether errors become values of the list; by default the first throws. */
  returnExceptions?: boolean;
}

/** The results of some awaitables, in their order. */
export type GatherResults<A extends readonly unknown[]> = {
  -readonly [K in keyof A]: A[K] extends CoroutineLike<infer T> ? T : never;
};

/** What {@linkcode gather} with `returnExceptions` gives. */
export type SettledResults<A extends readonly unknown[]> = {
  -readonly [K in keyof A]: A[K] extends CoroutineLike<infer T> ? T | Error
    : never;
};

/**
 * Runs awaitables at once and waits for all of them.
 *
 * The first error is thrown at once and *the others go on*: use a task group
 * where they should be cancelled. Cancelling the future that is returned
 * cancels all that have not ended. A child that is cancelled counts as having
 * failed with CancelledError. An awaitable given twice runs once.
 *
 * @typeParam A The types of the awaitables.
 * @param sources Coroutines, generator objects, futures or functions.
 * @returns A future of the list of results, in the order of the arguments.
 * @throws {TypeError} If a source cannot be run, such as a started promise.
 *
 * @example Results in the order of the arguments
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const [name, count] = await asyncio.gather(
 *     asyncio.sleep(0.02, "slow"),
 *     asyncio.sleep(0.01, 3),
 *   );
 *   assert.equal(name.repeat(count), "slowslowslow");
 * });
 * ```
 */
export function gather<const A extends readonly CoroutineLike<unknown>[]>(
  ...sources: A
): Future<GatherResults<A>>;
/**
 * Runs awaitables at once and waits for all of them, whatever becomes of them.
 *
 * @typeParam A The types of the awaitables.
 * @param sources Coroutines, generator objects, futures or functions; then
 * `{ returnExceptions: true }`: errors become values of the list.
 * @returns A future of the list of results and errors.
 * @throws {TypeError} If a source cannot be run, such as a started promise.
 */
export function gather<const A extends readonly CoroutineLike<unknown>[]>(
  ...sources: [...A, { returnExceptions: true }]
): Future<SettledResults<A>>;
/**
 * Runs awaitables at once, with options.
 *
 * @typeParam A The types of the awaitables.
 * @param sources Coroutines, generator objects, futures or functions; then
 * the options.
 * @returns A future of the list of results, and of errors if asked for.
 * @throws {TypeError} If a source cannot be run, such as a started promise.
 */
export function gather<const A extends readonly CoroutineLike<unknown>[]>(
  ...sources: [...A, GatherOptions]
): Future<GatherResults<A> | SettledResults<A>>;
export function gather(...args: unknown[]): Future<unknown[]> {
  const { returnExceptions = false } = isOptions(args.at(-1))
    ? args.pop() as GatherOptions
    : {};
  if (args.length === 0) {
    const empty = currentLoop().createFuture<unknown[]>();
    empty.setResult([]);
    return empty;
  }
  if (Array.isArray(args[0])) {
    throw new TypeError(
      "Cannot gather: expected coroutines, received a list, " +
        "write gather(...list)",
    );
  }
  return gatherAll(args as CoroutineLike<unknown>[], returnExceptions);
}

function gatherAll(
  sources: readonly CoroutineLike<unknown>[],
  returnExceptions: boolean,
): GatheringFuture {
  const done: Future<unknown>[] = [];
  // Stays null if a later source is refused: the earlier ones then go on alone.
  let outer: GatheringFuture | null = null;
  const note = (child: Future<unknown>): void =>
    outer === null ? child.markRetrieved() : outer.note(child);
  const children = distinctFutures(sources, (child) => {
    if (child.done()) done.push(child);
    else new DoneWatcher(child, note, () => outer);
  });
  outer = new GatheringFuture(children, returnExceptions);
  for (const child of done) outer.note(child);
  return outer;
}

function isOptions(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/** The future of `gather()`: cancelling it cancels its children. */
class GatheringFuture extends Future<unknown[]> {
  readonly #children: readonly Future<unknown>[];
  readonly #returnExceptions: boolean;
  #unfinished: number;
  #cancelRequested = false;

  constructor(
    children: readonly Future<unknown>[],
    returnExceptions: boolean,
  ) {
    super(children[0]!.getLoop());
    this.#children = children;
    this.#unfinished = new Set(children).size;
    this.#returnExceptions = returnExceptions;
  }

  override cancel(message?: string): boolean {
    if (this.done()) return false;
    let taken = false;
    for (const child of this.#children) {
      if (child.cancel(message)) taken = true;
    }
    if (taken) this.#cancelRequested = true;
    return taken;
  }

  /** Counts a child that is done. */
  note(child: Future<unknown>): void {
    this.#unfinished--;
    if (this.done()) return child.markRetrieved();
    if (child.failed && !this.#returnExceptions) {
      return this.setException(child.takeOutcome());
    }
    if (this.#unfinished === 0) this.#complete();
  }

  #complete(): void {
    const results = this.#children.map((child) =>
      child.cancelled()
        ? new CancelledError(child.cancelMessage)
        : child.takeOutcome()
    );
    // A cancelled gather() fails even where errors are values: asyncio takes
    // the error of its last child in argument order.
    if (this.#cancelRequested) {
      const last = this.#children.at(-1)!;
      this.setException(
        last.cancelled()
          ? last.takeOutcome()
          : new CancelledError(last.cancelMessage),
      );
    } else this.setResult(results);
  }
}
