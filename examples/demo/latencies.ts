/** Neighbouring buckets differ by this factor: quantiles are that exact. */
const GROWTH = 1.02;

/** The lower end of the first bucket, in seconds. */
const SMALLEST = 1e-6;

/** Durations, counted in buckets, so that the memory does not grow. */
export class Latencies {
  readonly #counts: number[] = [];
  #total = 0;

  /** Counts a duration, in seconds. */
  record(seconds: number): void {
    const ratio = Math.max(seconds, SMALLEST) / SMALLEST;
    const bucket = Math.floor(Math.log(ratio) / Math.log(GROWTH));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
  }

  /** Returns what a share of the durations does not exceed, in seconds. */
  quantile(share: number): number | null {
    let left = this.#total * share;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count ?? 0;
      if (left <= 0 && count > 0) return SMALLEST * GROWTH ** (bucket + 1);
    }
    return null;
  }

  /** Adds the durations of another. */
  add(other: Latencies): void {
    for (const [bucket, count] of other.#counts.entries()) {
      if (count === undefined) continue;
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    }
    this.#total += other.#total;
  }
}
