/** Returns the middle value, or the mean of the two in the middle; NaN when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Returns the median of `values[i] / others[i]`. Rounds are interleaved, so each pair was measured in the same few
 * seconds: a spell in which the machine was busy moves both and leaves their ratio alone.
 */
export function pairedRatio(
  values: readonly number[],
  others: readonly number[],
): number {
  const pairs = Math.min(values.length, others.length);
  return median(
    Array.from(
      { length: pairs },
      (_, index) => values[index]! / others[index]!,
    ),
  );
}
