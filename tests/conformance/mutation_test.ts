/**
 * The comparison can fail: whatever is altered in a recorded trace is reported.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { compare, formatMismatch } from "./compare.ts";
import { canRun, corpusDirectory, corpusFiles, readCases } from "./corpus.ts";
import { runScenario } from "./run_scenario.ts";
import { STYLE_NAMES } from "./styles.ts";
import type { Case, Outcome } from "./scenario.ts";

/** Alters a copy of what was recorded, and tells whether that was possible. */
type Mutation = (outcome: Outcome) => boolean;

const MUTATIONS: Record<string, Mutation> = {
  "a line is missing": ({ trace }) => trace.splice(middle(trace), 1).length > 0,
  "the last line is missing": ({ trace }) => trace.pop() !== undefined,
  "a line too many": ({ trace }) => trace.push([0, "main", "log", "extra"]) > 0,
  "a line at another time": ({ trace }) => {
    const line = trace[middle(trace)];
    if (line === undefined) return false;
    line[0] = Number(line[0]) + 0.5;
    return true;
  },
  "a line by another task": ({ trace }) => {
    const line = trace[middle(trace)];
    if (line === undefined) return false;
    line[1] = "somebody else";
    return true;
  },
  "another value": ({ trace }) =>
    trace[middle(trace)]?.push("more") !== undefined,
  "two lines in another order": ({ trace }) => {
    const index = trace.findIndex((line, at) =>
      JSON.stringify(line) !== JSON.stringify(trace[at + 1] ?? line)
    );
    if (index < 0) return false;
    trace.splice(index, 2, trace[index + 1]!, trace[index]!);
    return true;
  },
  "another result": (outcome) => {
    outcome.result = ["err", "E99"];
    return true;
  },
  "an unretrieved error too many": ({ unretrieved }) =>
    unretrieved.push(["nobody", "E99"]) > 0,
  "an unretrieved error is missing": ({ unretrieved }) =>
    unretrieved.pop() !== undefined,
};

/** A few cases of every file are enough; the mutations are the subject. */
const CASES = corpusFiles(corpusDirectory).flatMap((file) =>
  readCases(file).slice(0, 5)
);

for (const style of STYLE_NAMES) {
  for (const [name, mutate] of Object.entries(MUTATIONS)) {
    Deno.test(`compare() reports an altered trace: ${name} (${style})`, async () => {
      let altered = 0;
      let reported = 0;
      for (
        const recorded of CASES.filter(({ scenario }) =>
          canRun(scenario, style)
        )
      ) {
        const mutant: Case = structuredClone(recorded);
        if (!mutate(mutant)) continue;
        altered++;
        const run = await runScenario(recorded.scenario, { style });
        assertEquals(
          compare(recorded, run).verdict,
          "PASS",
          recorded.scenario.name,
        );
        const comparison = compare(mutant, run);
        if (comparison.verdict === "PASS") continue;
        reported++;
        assertStringIncludes(
          formatMismatch(mutant, run, comparison),
          comparison.difference,
        );
      }
      assertEquals(reported, altered);
      assertEquals(altered > 0, true);
    });
  }
}

Deno.test("compare() tells a wrong order from a wrong line", async () => {
  const [first] = CASES;
  const run = await runScenario(first!.scenario, { style: "gen" });
  const reversed = structuredClone(first!);
  reversed.trace.sort((left, right) =>
    String(left[1]) < String(right[1]) ? -1 : 1
  );
  assertEquals(compare(reversed, run).verdict, "ORDER");
  const missing = structuredClone(first!);
  missing.trace.pop();
  assertEquals(compare(missing, run).verdict, "FAIL");
  const unretrieved = structuredClone(first!);
  unretrieved.unretrieved.push(["nobody", "E1"]);
  assertEquals(compare(unretrieved, run).verdict, "UNRETRIEVED");
});

function middle(trace: readonly unknown[]): number {
  return Math.floor(trace.length / 2);
}
