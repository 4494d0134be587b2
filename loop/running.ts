import { RuntimeError } from "./errors.ts";
import { scopeStorage } from "./context.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import type { Scope } from "./scope.ts";
import type { Strand } from "./strand.ts";
import type { AbstractEventLoop } from "./abstract_event_loop.ts";

/**
 * What runs at this moment: together with the policy the only state of the
 * package that is not inside an object of the user's.
 */
export const running: {
  /**
   * The strand whose generator is being stepped, `null` inside a plain
   * callback, `undefined` in native code: there the async context knows.
   */
  strand: Strand | null | undefined;
  /** The loop that is running a handle. */
  loop: BaseEventLoop | null;
  /** How many loops are in debug mode; where none is, nothing is checked. */
  debugged: number;
  /** Loops inside `runForever()` and its like, the innermost last. */
  readonly entered: BaseEventLoop[];
  /** Gives the loop of code that runs outside any loop; set by the policy. */
  fallback: () => BaseEventLoop;
} = {
  strand: undefined,
  loop: null,
  debugged: 0,
  entered: [],
  fallback: () => {
    throw new RuntimeError("no current event loop");
  },
};

/** Returns the scope of the running code, or `null` outside any task. */
export function currentScope(): Scope | null {
  const strand = running.strand;
  if (strand !== undefined) return strand === null ? null : strand.scope;
  const scope = scopeStorage.getStore();
  return scope === undefined || scope.task.done() ? null : scope;
}

/** Returns the running loop, or `null` if there is none. */
export function runningLoop(): BaseEventLoop | null {
  return running.loop ?? currentScope()?.task.loop ??
    running.entered.at(-1) ?? null;
}

/**
 * Returns the loop that a wait of the running code belongs to: the running
 * loop or else the policy's, so that waiting works outside any task too.
 */
export function currentLoop(): BaseEventLoop {
  return runningLoop() ?? running.fallback();
}

/**
 * Returns the event loop that runs the caller.
 *
 * @returns The loop of the current task or callback; at the top level of a
 * script the loop that `run()` is turning.
 * @throws {RuntimeError} If no loop is running.
 *
 * @example Reading the clock of the loop
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const start = asyncio.getRunningLoop().time();
 *   await asyncio.sleep(0.01);
 *   assert.ok(asyncio.getRunningLoop().time() > start);
 * });
 * ```
 */
export function getRunningLoop(): AbstractEventLoop {
  const loop = runningLoop();
  if (loop === null) throw new RuntimeError("no running event loop");
  return loop;
}

/**
 * Calls a function now as a callback of the loop: inside it no task is current
 * and `loop` is the running loop. What it throws passes through.
 *
 * For continuations of I/O that call protocols.
 */
export function runInCallback<A extends unknown[], R>(
  loop: BaseEventLoop,
  callback: (...args: A) => R,
  ...args: A
): R {
  const { strand, loop: outer } = running;
  running.strand = null;
  running.loop = loop;
  try {
    return callback(...args);
  } finally {
    running.strand = strand;
    running.loop = outer;
  }
}
