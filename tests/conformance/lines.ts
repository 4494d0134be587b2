/**
 * What every operation writes when it completes or fails.
 */
import { type Harness, rounded } from "./harness.ts";
import type { Json, Step } from "./scenario.ts";

/** Writes the line of an operation that completed with a value, null for none. */
export function writeDone(harness: Harness, step: Step, result: unknown): void {
  const value = harness.value(result);
  harness.observer?.completed(step, result);
  harness.emit(step[0], ...label(step), ...(value === null ? [] : [value]));
}

/** Writes the line of an operation that failed. */
export function writeFailed(
  harness: Harness,
  step: Step,
  error: unknown,
): void {
  if (harness.closed) return;
  harness.observer?.failed(step, error);
  harness.emit(`${step[0]}!`, ...label(step), harness.error(error));
}

/** The first argument, where it is plain; of a coroutine, the name of its task. */
function label([, first]: Step): Json[] {
  if (Array.isArray(first) && first.length === 3 && first[0] === "coro") {
    return [first[2] as string];
  }
  if (typeof first === "number") return [rounded(first)];
  return typeof first === "string" ? [first] : [];
}
