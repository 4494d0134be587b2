/**
 * The ways to write a coroutine, as the operations see them.
 */
import type { Awaitable, CoroutineLike } from "../../mod.ts";
import type { Harness } from "./harness.ts";
import type { Json, Signal, Step } from "./scenario.ts";

/**
 * How bodies are written: as generator functions, as native async functions,
 * as async functions that also await settled promises between their steps, or
 * each list of steps as a generator or an async function.
 */
export type StyleName = "gen" | "async" | "busy" | "mixed";

/** The outcome of a list of steps: a `return` under way, or nothing. */
export type Walked =
  | Awaitable<Signal | undefined>
  | Promise<Signal | undefined>;

/** Makes the bodies of a scenario in one of the styles. */
export interface Style {
  readonly name: StyleName;
  /** A body that runs as a task of its own and writes its start and end lines. */
  task(harness: Harness, body: string, name: string): CoroutineLike<Json>;
  /** A body that runs inside whoever waits for it, silently. */
  inline(harness: Harness, body: string): CoroutineLike<Json>;
  /** Nested steps, as the body function of a timeout, a group or a lock. */
  walk(harness: Harness, steps: readonly Step[], handling: unknown): Walked;
  /** What a body does before each step besides, if it does anything. */
  pause?(harness: Harness): Promise<void>;
}
