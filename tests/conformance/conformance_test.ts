/**
 * All that was recorded, in both styles and their harder variants, with debug mode
 * off and on.
 */
import { assert } from "@std/assert";
import { compare, formatMismatch } from "./compare.ts";
import { canRun, readCases, recordedFiles } from "./corpus.ts";
import { runScenario } from "./run_scenario.ts";
import type { StyleName } from "./style.ts";
import { STYLES } from "./styles.ts";

for (const file of recordedFiles()) {
  const cases = readCases(file);
  const fileName = String(file).split("/").at(-1);
  for (const style of Object.keys(STYLES) as StyleName[]) {
    const runnable = cases.filter(({ scenario }) => canRun(scenario, style));
    if (runnable.length === 0) continue;
    for (const debug of [false, true]) {
      const mode = debug ? ", debug mode" : "";
      Deno.test(`${fileName} leaves CPython's traces (${runnable.length} cases, ${style}${mode})`, async () => {
        const mismatches: string[] = [];
        for (const recorded of runnable) {
          const run = await runScenario(recorded.scenario, { style, debug });
          const comparison = compare(recorded, run);
          if (comparison.verdict !== "PASS") {
            mismatches.push(formatMismatch(recorded, run, comparison));
          }
        }
        assert(
          mismatches.length === 0,
          `${mismatches.length} cases differ\n\n${mismatches.join("\n\n")}`,
        );
      });
    }
  }
}
