/** One thing to measure: does its job for a window, returns jobs per second. */
export interface Subject {
  readonly name: string;
  measure(seconds: number): Promise<number>;
}

const ROUNDS = 5;
const WARM_UP_SECONDS = 0.5;
const WINDOW_SECONDS = 1;

/**
 * Measures subjects in turn, several rounds, and prints for each its rate and
 * the median of its ratios to the first one within a round: a spell in which
 * the machine does something else moves both sides.
 */
export async function compare(subjects: readonly Subject[]): Promise<void> {
  const rates = subjects.map(() => [] as number[]);
  for (const { measure } of subjects) await measure(WARM_UP_SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { measure }] of subjects.entries()) {
      rates[i]!.push(await measure(WINDOW_SECONDS));
    }
  }
  const [base] = rates;
  for (const [i, { name }] of subjects.entries()) {
    const ratios = rates[i]!.map((rate, round) => rate / base![round]!);
    const rate = Math.round(median(rates[i]!)).toLocaleString("en");
    console.log(
      `${name.padEnd(28)} ${rate.padStart(9)}/s  ${median(ratios).toFixed(2)}x`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
