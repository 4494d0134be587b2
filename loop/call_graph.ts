import { CreationSite } from "./creation_site.ts";
import { RuntimeError } from "./errors.ts";
import type { Future } from "./futures.ts";
import { currentScope, runningLoop } from "./running.ts";
import { Task } from "./tasks.ts";

/** One line of a call stack. */
export interface FrameCallGraphEntry {
  /** The function, or the operation that is waited for. */
  readonly frame: string;
}

/** A future, what it is doing and who waits for it. */
export interface FutureCallGraph {
  /** The future or task. */
  readonly future: Future<unknown>;
  /** What it is doing, innermost first. */
  readonly callStack: readonly FrameCallGraphEntry[];
  /** Who waits for it; a future that is reached twice is expanded once. */
  readonly awaitedBy: readonly FutureCallGraph[];
}

/** Options of {@linkcode captureCallGraph} and its like. */
export interface CallGraphOptions {
  /** How many frames of each call stack are kept, by default all. */
  limit?: number;
}

const added = new WeakMap<Future<unknown>, Set<Future<unknown>>>();

/**
 * Records that a future waits for another, where the library cannot see it:
 * for waits that are built on callbacks.
 *
 * @param future What is waited for.
 * @param waiter Who waits.
 */
export function futureAddToAwaitedBy(
  future: Future<unknown>,
  waiter: Future<unknown>,
): void {
  const waiters = added.get(future) ?? new Set();
  added.set(future, waiters.add(waiter));
}

/**
 * Takes back what `futureAddToAwaitedBy()` recorded.
 *
 * @param future What was waited for.
 * @param waiter Who waited.
 */
export function futureDiscardFromAwaitedBy(
  future: Future<unknown>,
  waiter: Future<unknown>,
): void {
  added.get(future)?.delete(waiter);
}

/**
 * Captures who waits for a future, and for those, and so on.
 *
 * @param future A future or task, by default the current task.
 * @param options How much to keep.
 * @returns The graph, or `null` outside any task if no future is given.
 * @throws {RuntimeError} If no future is given and no loop is running.
 *
 * @example Who waits for a task
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const inner = asyncio.createTask(asyncio.sleep(0.01), { name: "inner" });
 *   const outer = asyncio.createTask(() => inner, { name: "outer" });
 *   await asyncio.sleep(0);
 *   await asyncio.sleep(0);
 *   const graph = asyncio.captureCallGraph(inner);
 *   assert.equal(graph?.awaitedBy[0]?.future, outer);
 *   await outer;
 * });
 * ```
 */
export function captureCallGraph(
  future?: Future<unknown> | null,
  options: CallGraphOptions = {},
): FutureCallGraph | null {
  const root = future ?? currentScope()?.task ?? null;
  if (root !== null) return capture(root, options, new Set());
  if (runningLoop() !== null) return null;
  throw new RuntimeError(
    "Cannot capture call graph: no future is given and no loop is running",
  );
}

function capture(
  future: Future<unknown>,
  options: CallGraphOptions,
  seen: Set<Future<unknown>>,
): FutureCallGraph {
  seen.add(future);
  const awaiters = new Set([
    ...future.awaiters(),
    ...(added.get(future) ?? []),
  ]);
  const awaitedBy = [...awaiters].map((awaiter) =>
    seen.has(awaiter)
      ? { future: awaiter, callStack: [], awaitedBy: [] }
      : capture(awaiter, options, seen)
  );
  const callStack = stackOf(future).slice(0, options.limit);
  return { future, callStack, awaitedBy };
}

/** What a task is doing, innermost first; V8 tells only of the running one. */
function stackOf(future: Future<unknown>): FrameCallGraphEntry[] {
  if (!(future instanceof Task)) return [];
  if (currentScope()?.task === future) {
    const lines = String(new CreationSite()).split("\n");
    return lines.map((line) => ({ frame: line.trim().replace(/^at /, "") }));
  }
  return future.getStack().map((frame) => ({ frame }));
}

/**
 * Describes the call graph of a future as text.
 *
 * @param future A future or task, by default the current task.
 * @param options How much to show.
 * @returns A tree, each future once; "" where there is nothing to show.
 * @throws {RuntimeError} If no future is given and no loop is running.
 *
 * @example Who waits for a task
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const answer = asyncio.getRunningLoop().createFuture<number>();
 *   const task = asyncio.createTask(async () => await answer, { name: "Ada" });
 *   await asyncio.sleep(0);
 *   assert.match(
 *     asyncio.formatCallGraph(answer),
 *     /^\* <Future pending>\n {2}\+ Awaited by:\n {4}\* <Task .* name='Ada'>/,
 *   );
 *   answer.setResult(42);
 *   assert.equal(await task, 42);
 * });
 * ```
 */
export function formatCallGraph(
  future?: Future<unknown> | null,
  options: CallGraphOptions = {},
): string {
  const graph = captureCallGraph(future, options);
  return graph === null ? "" : formatNode(graph, new Set()).join("\n");
}

/**
 * Prints the call graph of a future to the console.
 *
 * @param future A future or task, by default the current task.
 * @param options How much to show.
 * @throws {RuntimeError} If no future is given and no loop is running.
 */
export function printCallGraph(
  future?: Future<unknown> | null,
  options: CallGraphOptions = {},
): void {
  console.log(formatCallGraph(future, options));
}

function formatNode(
  graph: FutureCallGraph,
  shown: Set<Future<unknown>>,
): string[] {
  const { future, callStack, awaitedBy } = graph;
  const head = `* ${future.describeAsAwaited()}`;
  if (shown.has(future)) return [`${head} (above)`];
  shown.add(future);
  const lines = [head];
  if (callStack.length > 0) {
    lines.push("  + Call stack:");
    for (const { frame } of callStack) lines.push(`  |   ${frame}`);
  }
  if (awaitedBy.length > 0) {
    lines.push("  + Awaited by:");
    for (const node of awaitedBy) {
      lines.push(...formatNode(node, shown).map((line) => `    ${line}`));
    }
  }
  return lines;
}
