import {
  formatRatio,
  formatVerdict,
  judgeRatio,
  type Verdict,
  verdictsOn,
} from "../budgets.ts";
import { formatFigure, formatTable } from "../table.ts";
import { cpuRatio, figuresOf, rateRatio } from "./figures.ts";
import { bareOf, type EchoResult, type Missing } from "./matrix.ts";
import type { ServerSpec } from "./servers.ts";

/** Below this the bare loop did not get its core, and requests per second say more about the neighbours. */
const QUIET_BUSY = 0.9;

/** Returns whether the servers had their core to themselves, going by the bare loop at the same shape. */
function wasQuiet(results: readonly EchoResult[], result: EchoResult): boolean {
  const bare = bareOf(results, result.shape);
  return bare === undefined || !(figuresOf(bare).busy < QUIET_BUSY);
}

/**
 * Holds our servers to their budgets: by requests per second, or, where the machine was busy with something else, by
 * CPU time per request.
 */
export function judgeMatrix(
  results: readonly EchoResult[],
  specs: readonly ServerSpec[],
): Verdict[] {
  return results.flatMap((result) => {
    const budgets = specs.find(({ name }) => name === result.server)?.budgets ??
      [];
    return budgets.flatMap((budget) => {
      const other = results.find(({ server, shape }) =>
        server === budget.versus && shape === result.shape
      );
      return other === undefined
        ? []
        : judge(result, other, budget, wasQuiet(results, result));
    });
  });
}

function judge(
  result: EchoResult,
  other: EchoResult,
  budget: { readonly versus: string; readonly ratio: number },
  quiet: boolean,
): Verdict[] {
  const defendant = { work: result.shape.name, subject: result.server };
  const verdicts = judgeRatio(
    defendant,
    budget,
    quiet ? rateRatio(result, other) : cpuRatio(result, other),
  );
  if (quiet) return verdicts;
  return verdicts.map((verdict) => ({
    ...verdict,
    measured: `${verdict.measured} (CPU)`,
  }));
}

function row(
  result: EchoResult,
  results: readonly EchoResult[],
  verdicts: readonly Verdict[],
): string[] {
  const figures = figuresOf(result);
  const bare = bareOf(results, result.shape);
  return [
    result.shape.name,
    result.server,
    figures.requestsPerSecond.toFixed(0),
    formatFigure(figures.mebibytesPerSecond),
    formatFigure(figures.cpuMicroseconds),
    `${(figures.busy * 100).toFixed(0)}%`,
    figures.p50.toFixed(0),
    figures.p99.toFixed(0),
    bare === undefined || bare === result
      ? ""
      : formatRatio(rateRatio(result, bare)),
    bare === undefined || bare === result
      ? ""
      : formatRatio(cpuRatio(result, bare)),
    formatVerdict(
      verdictsOn(verdicts, { work: result.shape.name, subject: result.server }),
    ),
  ];
}

const HEAD = [
  "shape",
  "server",
  "req/s",
  "MiB/s",
  "CPU us/req",
  "busy",
  "p50 us",
  "p99 us",
  "x bare",
  "x bare (CPU)",
  "budget",
];

/** Writes the table of the echo servers, and below it those that could not be measured. */
export function formatMatrix(
  results: readonly EchoResult[],
  missing: readonly Missing[],
  verdicts: readonly Verdict[],
): string {
  const rows = results.flatMap((result, index) => {
    const first = index > 0 && results[index - 1]!.shape !== result.shape;
    return [...(first ? [[]] : []), row(result, results, verdicts)];
  });
  return [
    formatTable(HEAD, rows),
    ...missing.map(({ server, reason }) =>
      `${server}: not measured. ${reason}`
    ),
  ].join("\n");
}
