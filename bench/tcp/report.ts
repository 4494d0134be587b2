import { formatRatio, judgeRatio, type Verdict } from "../budgets.ts";
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
    const quiet = wasQuiet(results, result);
    return budgets.flatMap(({ versus, ratio }) => {
      const other = results.find(({ server, shape }) =>
        server === versus && shape === result.shape
      );
      if (other === undefined) return [];
      const measured = quiet
        ? rateRatio(result, other)
        : cpuRatio(result, other);
      return judgeRatio(
        `${result.shape.name} ${result.server}`,
        quiet ? versus : `${versus} (CPU)`,
        ratio,
        measured,
      );
    });
  });
}

function row(
  result: EchoResult,
  results: readonly EchoResult[],
  verdicts: readonly Verdict[],
): string[] {
  const figures = figuresOf(result);
  const bare = bareOf(results, result.shape);
  const own = verdicts.filter(({ subject }) =>
    subject === `${result.shape.name} ${result.server}`
  );
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
    own.length === 0 ? "" : own.every(({ ok }) => ok) ? "ok" : "MISSED",
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
