import {
  formatRatio,
  formatVerdict,
  judgeLimit,
  judgeRatio,
  type Verdict,
  verdictsOn,
} from "../budgets.ts";
import { median, pairedRatio } from "../statistics.ts";
import { formatFigure, formatTable } from "../table.ts";
import { CPYTHON, type MicroResult } from "./suite.ts";
import { idOf, type Work } from "./work.ts";

function find(
  results: readonly MicroResult[],
  work: Work,
  subject: string | undefined,
): MicroResult | undefined {
  return results.find((result) =>
    result.work === work && result.subject === subject
  );
}

/** How many times as fast (or as small) a subject is as another; NaN when one of them is missing. */
function ratio(result: MicroResult, other: MicroResult | undefined): number {
  return other === undefined ? NaN : pairedRatio(other.figures, result.figures);
}

/** Holds our subjects to the budgets of their works. */
export function judgeWorks(results: readonly MicroResult[]): Verdict[] {
  return results.flatMap((result) => {
    const { work, subject, figures } = result;
    const defendant = { work: idOf(work), subject };
    return work.budgets.filter((budget) => budget.subject === subject).flatMap((
      budget,
    ) =>
      "limit" in budget
        ? judgeLimit(
          defendant,
          { limit: budget.limit, unit: work.unit },
          median(figures),
        )
        : judgeRatio(
          defendant,
          budget,
          ratio(result, find(results, work, budget.versus)),
        )
    );
  });
}

function perSecond({ work, figures }: MicroResult): string {
  if (work.unit !== "ns" || figures.length === 0) return "";
  return `${formatFigure(1e3 / median(figures))} M/s`;
}

function row(
  result: MicroResult,
  results: readonly MicroResult[],
  verdicts: readonly Verdict[],
): string[] {
  const { work, subject, figures, failure } = result;
  return [
    `${idOf(work)}`,
    subject,
    failure === undefined
      ? `${formatFigure(median(figures))} ${work.unit}`
      : "failed",
    perSecond(result),
    subject === work.baseline
      ? ""
      : formatRatio(ratio(result, find(results, work, work.baseline))),
    subject === CPYTHON
      ? ""
      : formatRatio(ratio(result, find(results, work, CPYTHON))),
    formatVerdict(verdictsOn(verdicts, { work: idOf(work), subject })),
  ];
}

/** Writes the table of the works, and below it what failed. */
export function formatWorks(
  results: readonly MicroResult[],
  verdicts: readonly Verdict[],
): string {
  const rows: string[][] = [];
  for (const work of new Set(results.map(({ work }) => work))) {
    rows.push(["", work.title]);
    for (const result of results) {
      if (result.work === work) rows.push(row(result, results, verdicts));
    }
  }
  const failures = results.filter(({ failure }) => failure !== undefined)
    .map(({ work, subject, failure }) =>
      `${idOf(work)} ${subject}: ${failure}`
    );
  const head = [
    "work",
    "subject",
    "per op",
    "rate",
    "x baseline",
    "x CPython",
    "budget",
  ];
  return [formatTable(head, rows), ...failures].join("\n");
}
