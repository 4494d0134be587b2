/** One budget and what was measured. */
export interface Verdict {
  /** What it is about, e.g. "micro/queue-2 async". */
  readonly subject: string;
  /** What is asked, e.g. "at least 5x cpython". */
  readonly budget: string;
  /** What was measured, e.g. "7.2x". */
  readonly measured: string;
  readonly ok: boolean;
}

/** Judges a ratio that should be at least so much. A ratio that could not be measured gives no verdict. */
export function judgeRatio(
  subject: string,
  versus: string,
  ratio: number,
  measured: number,
): Verdict[] {
  if (Number.isNaN(measured)) return [];
  const wanted = ratio === 1
    ? `not behind ${versus}`
    : `at least ${formatRatio(ratio)} ${versus}`;
  return [{
    subject,
    budget: wanted,
    measured: formatRatio(measured),
    ok: measured >= ratio,
  }];
}

/** Judges a figure that should be at most so much. */
export function judgeLimit(
  subject: string,
  limit: number,
  unit: string,
  measured: number,
): Verdict[] {
  if (Number.isNaN(measured)) return [];
  const figure = `${measured.toFixed(2)} ${unit}`;
  return [{
    subject,
    budget: `at most ${limit} ${unit}`,
    measured: figure,
    ok: measured <= limit,
  }];
}

/** Writes a ratio with as many digits as mean something: "0.95x", "7.2x", "120x". */
export function formatRatio(ratio: number): string {
  if (Number.isNaN(ratio)) return "";
  if (ratio < 0.1) return `${Number(ratio.toPrecision(2))}x`;
  const digits = ratio < 2 ? 2 : ratio < 20 ? 1 : 0;
  return `${ratio.toFixed(digits)}x`;
}
