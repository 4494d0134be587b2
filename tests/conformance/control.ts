/**
 * The parts of the control structures that both styles share.
 */
import type { Harness } from "./harness.ts";
import type { Json, Predicate, Signal, Step, Target } from "./scenario.ts";

/** The parts of `["try", STEPS, NAMES, HANDLER?, FINALLY?]`. */
export interface Attempt {
  readonly steps: readonly Step[];
  readonly names: readonly string[];
  readonly handler: readonly Step[];
  readonly finally: readonly Step[];
}

/** Takes a `try` apart. */
export function attemptOf([, steps, names, handler, last]: Step): Attempt {
  return {
    steps: steps as Step[],
    names: names as string[],
    handler: (handler ?? []) as Step[],
    finally: (last ?? []) as Step[],
  };
}

/** Gives the branch of an `if` that is to run now. */
export function branchOf(
  harness: Harness,
  [, predicate, then, otherwise]: Step,
): readonly Step[] {
  return (harness.holds(predicate as Predicate)
    ? then
    : otherwise ?? []) as Step[];
}

/** Takes a `repeat` apart. */
export function repeatOf(
  [, times, steps]: Step,
): { times: number; steps: readonly Step[] } {
  return { times: times as number, steps: steps as Step[] };
}

/** Gives the order to leave that a `return` is. */
export function signalOf([, value]: Step): Signal {
  return { value: (value ?? null) as Json };
}

/** The parts of `["as_completed", TARGETS, TIMEOUT?, MODE?]`. */
export interface AsCompleted {
  readonly targets: readonly Target[];
  readonly timeout: number | null;
  readonly asynchronous: boolean;
}

/** Takes an `as_completed` apart. */
export function asCompletedOf([, targets, timeout, mode]: Step): AsCompleted {
  return {
    targets: targets as Target[],
    timeout: (timeout ?? null) as number | null,
    asynchronous: mode === "async",
  };
}

/** Writes the line of an item of an iteration, null for none. */
export function writeItem(harness: Harness, item: unknown): void {
  const value = harness.value(item);
  harness.emit("next", ...(value === null ? [] : [value]));
}
