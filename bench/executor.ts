/**
 * Measures what it costs to have something done in a worker or in a process, beside a worker written by hand and
 * `piscina`, which `deno task bench` leaves out because it is not in the lockfile. (`tinypool` 1.1 and 2.2 never
 * answer on Deno 2.9.)
 *
 *     deno run --allow-all --no-lock bench/executor.ts [seconds per measurement, by default 1] [rounds, by default 3]
 */
import { formatVerdicts } from "./budgets.ts";
import { EXECUTOR } from "./micro/executor.ts";
import { formatWorks, judgeWorks } from "./micro/report.ts";
import type { MicroResult } from "./micro/suite.ts";

const [seconds = 1, rounds = 3] = Deno.args.map(Number);

const results = EXECUTOR.flatMap((work) =>
  Object.keys(work.subjects).map((subject): MicroResult => ({
    work,
    subject,
    figures: [],
  }))
);
for (let round = 0; round < rounds; round++) {
  for (const result of results) {
    if (result.failure !== undefined) continue;
    try {
      result.figures.push(await result.work.subjects[result.subject]!(seconds));
    } catch (error) {
      result.failure = (error as Error).message;
    }
  }
}
const verdicts = judgeWorks(results);
console.log(formatWorks(results, verdicts));
console.log(formatVerdicts(verdicts));
// The worker by hand and piscina would keep the process alive.
Deno.exit();
