/**
 * Measures child processes beside bare `Deno.Command`: how many can be started and waited for, and how fast their
 * pipes are.
 *
 *     deno run --allow-run bench/subprocess.ts [seconds per measurement, by default 1] [rounds, by default 3]
 */
import { formatVerdicts } from "./budgets.ts";
import { formatWorks, judgeWorks } from "./micro/report.ts";
import { SUBPROCESS } from "./micro/subprocess.ts";
import type { MicroResult } from "./micro/suite.ts";

const [seconds = 1, rounds = 3] = Deno.args.map(Number);

const results = SUBPROCESS.flatMap((work) =>
  Object.keys(work.subjects).map((subject): MicroResult => ({
    work,
    subject,
    figures: [],
  }))
);
for (let round = 0; round < rounds; round++) {
  for (const { work, subject, figures } of results) {
    figures.push(await work.subjects[subject]!(seconds));
  }
}
const verdicts = judgeWorks(results);
console.log(formatWorks(results, verdicts));
console.log(formatVerdicts(verdicts));
