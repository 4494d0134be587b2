import { formatTable } from "./table.ts";

/** One budget and what was measured. */
export interface Verdict {
  /** Where it was measured, e.g. "micro/queue-2" or "tcp/1KiB-10". */
  readonly work: string;
  /** Who is held to it, e.g. "async" or "protocol". */
  readonly subject: string;
  /** What is asked, e.g. "at least 5.0x cpython". */
  readonly budget: string;
  /** What was measured, e.g. "7.2x". */
  readonly measured: string;
  readonly ok: boolean;
}

/** Who is judged, and at what. */
export type Defendant = Pick<Verdict, "work" | "subject">;

/** Judges a ratio that should be at least so much. A ratio that could not be measured gives no verdict. */
export function judgeRatio(
  { work, subject }: Defendant,
  budget: { readonly versus: string; readonly ratio: number },
  measured: number,
): Verdict[] {
  if (Number.isNaN(measured)) return [];
  const { versus, ratio } = budget;
  const asked = ratio === 1
    ? `not behind ${versus}`
    : `at least ${formatRatio(ratio)} ${versus}`;
  return [{
    work,
    subject,
    budget: asked,
    measured: formatRatio(measured),
    ok: measured >= ratio,
  }];
}

/** Judges a figure that should be at most so much. */
export function judgeLimit(
  { work, subject }: Defendant,
  budget: { readonly limit: number; readonly unit: string },
  measured: number,
): Verdict[] {
  if (Number.isNaN(measured)) return [];
  const { limit, unit } = budget;
  const figure = `${measured.toFixed(2)} ${unit}`;
  return [{
    work,
    subject,
    budget: `at most ${limit} ${unit}`,
    measured: figure,
    ok: measured <= limit,
  }];
}

/** Returns the verdicts on one subject at one work. */
export function verdictsOn(
  verdicts: readonly Verdict[],
  { work, subject }: Defendant,
): Verdict[] {
  return verdicts.filter((verdict) =>
    verdict.work === work && verdict.subject === subject
  );
}

/** Writes "ok" or "MISSED" for a row of a table; nothing where there is no budget. */
export function formatVerdict(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "";
  return verdicts.every(({ ok }) => ok) ? "ok" : "MISSED";
}

/** Writes how many budgets were met, and a line for each that was missed somewhere. */
export function formatVerdicts(verdicts: readonly Verdict[]): string {
  const missed = verdicts.filter(({ ok }) => !ok);
  const groups = Map.groupBy(
    missed,
    ({ work, subject, budget }) => `${suiteOf(work)} ${subject}: ${budget}`,
  );
  const rows = [...groups.values()].map((group) => {
    const { work, subject, budget } = group[0]!;
    const places = group.map(({ work, measured }) =>
      `${work.slice(suiteOf(work).length + 1)} ${measured}`
    );
    return [`${suiteOf(work)} ${subject}`, budget, places.join(", ")];
  });
  const summary = `Budgets: ${
    verdicts.length - missed.length
  } met, ${missed.length} missed`;
  return missed.length === 0
    ? summary
    : `${summary}\n${formatTable(["missed by", "budget", "where"], rows, 3)}`;
}

function suiteOf(work: string): string {
  return work.slice(0, work.indexOf("/"));
}

/** Writes a ratio with as many digits as mean something: "0.95x", "7.2x", "120x". */
export function formatRatio(ratio: number): string {
  if (Number.isNaN(ratio)) return "";
  if (ratio < 0.1) return `${Number(ratio.toPrecision(2))}x`;
  const digits = ratio < 2 ? 2 : ratio < 20 ? 1 : 0;
  return `${ratio.toFixed(digits)}x`;
}
