/**
 * Compares what a scenario did here with what it did in CPython.
 */
import type { Case, Line, Outcome } from "./scenario.ts";
import type { Run } from "./run_scenario.ts";

/**
 * How far a run agrees with the recorded one: PASS is wholly, ORDER is every task for itself, UNRETRIEVED is in all
 * but the errors that nobody retrieved, FAIL is not.
 */
export type Verdict = "PASS" | "ORDER" | "UNRETRIEVED" | "FAIL";

/** The outcome of a comparison. */
export interface Comparison {
  readonly verdict: Verdict;
  /** What differs first; empty if nothing does. */
  readonly difference: string;
}

/**
 * Compares a run with the recorded one.
 *
 * @param expected what CPython did
 * @param actual what was done here
 */
export function compare(expected: Outcome, actual: Run): Comparison {
  if (actual.problems.length > 0) {
    return { verdict: "FAIL", difference: actual.problems.join("\n") };
  }
  const sameTrace = equal(expected.trace, actual.trace);
  const sameResult = equal(expected.result, actual.result);
  if (sameTrace && sameResult) return compareUnretrieved(expected, actual);
  const sameLines = equal(
    linesByName(expected.trace),
    linesByName(actual.trace),
  );
  const difference = sameTrace
    ? `result: expected ${show(expected.result)} got ${show(actual.result)}`
    : describeFirst(expected.trace, actual.trace);
  return { verdict: sameLines && sameResult ? "ORDER" : "FAIL", difference };
}

function compareUnretrieved(expected: Outcome, actual: Run): Comparison {
  if (equal(expected.unretrieved, actual.unretrieved)) {
    return { verdict: "PASS", difference: "" };
  }
  const difference = `unretrieved: expected ${show(expected.unretrieved)} got ${
    show(actual.unretrieved)
  }`;
  return { verdict: "UNRETRIEVED", difference };
}

/**
 * Writes a mismatch in full: the scenario, both traces side by side, and the first difference.
 *
 * @param recorded the case
 * @param actual what was done here
 * @param comparison how they differ
 */
export function formatMismatch(
  recorded: Case,
  actual: Run,
  comparison: Comparison,
): string {
  const first = firstDifference(recorded.trace, actual.trace);
  const left = ["expected", ...recorded.trace.map(show), ...tail(recorded)];
  const right = ["actual", ...actual.trace.map(show), ...tail(actual)];
  const width = Math.max(...left.map((line) => line.length));
  const rows = Array.from(
    { length: Math.max(left.length, right.length) },
    (_, index) => {
      const mark = index === first + 1 ? ">" : " ";
      return `${mark} ${(left[index] ?? "").padEnd(width)} | ${
        right[index] ?? ""
      }`;
    },
  );
  return [show(recorded.scenario), ...rows, comparison.difference].join("\n");
}

function tail({ result, unretrieved }: Outcome): string[] {
  return [`result ${show(result)}`, `unretrieved ${show(unretrieved)}`];
}

function describeFirst(
  expected: readonly Line[],
  actual: readonly Line[],
): string {
  const index = firstDifference(expected, actual);
  const [left, right] = [expected[index], actual[index]];
  return `line ${index}: expected ${left ? show(left) : "no line"} got ${
    right ? show(right) : "no line"
  }`;
}

/** The index of the first line that differs; the length if none does. */
function firstDifference(
  expected: readonly Line[],
  actual: readonly Line[],
): number {
  const length = Math.max(expected.length, actual.length);
  for (let index = 0; index < length; index++) {
    if (!equal(expected[index], actual[index])) return index;
  }
  return length;
}

/** The trace split by who wrote the line: equal when only the interleaving differs. */
function linesByName(trace: readonly Line[]): [string, Line[]][] {
  const names = Map.groupBy(trace, (line) => String(line[1]));
  return [...names].sort(([left], [right]) => left < right ? -1 : 1);
}

function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
