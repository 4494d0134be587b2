/** Measures for about `seconds` and returns a figure in the unit of its work. Lower is better. */
export type Subject = (seconds: number) => Promise<number>;

/**
 * What a figure is held to: at least `ratio` times the rate of the subject named by `versus`, or at most `limit` in
 * the work's own unit.
 */
export type Budget =
  | {
    readonly subject: string;
    readonly versus: string;
    readonly ratio: number;
  }
  | { readonly subject: string; readonly limit: number };

/** One job that several subjects do in the same way. */
export interface Work {
  /** The part of the report it belongs to. */
  readonly suite: "micro" | "memory" | "streams" | "debug";
  /** Names it within the suite, and for peers/micro.py. */
  readonly name: string;
  /** Says what one operation is. */
  readonly title: string;
  /** Nanoseconds or bytes per operation, or how many times as long twice the input takes. */
  readonly unit: "ns" | "B" | "x";
  /** Who does it; "generator" and "async" are ours in its two styles. */
  readonly subjects: Readonly<Record<string, Subject>>;
  /** Whether peers/micro.py does it too. */
  readonly cpython: boolean;
  /** The subject that every ratio is taken against. */
  readonly baseline?: string;
  /** What our subjects are held to. */
  readonly budgets: readonly Budget[];
  /** Whether one measurement is enough: memory does not vary as times do. */
  readonly once?: boolean;
}

/** Returns the name of a work on the command line and in the results, e.g. "micro/queue-2". */
export function idOf(work: Work): string {
  return `${work.suite}/${work.name}`;
}

/**
 * Returns the two usual budgets of a work that both of our styles do.
 *
 * @param versus What they are compared with.
 * @param generator The ratio for generators.
 * @param async The ratio for async functions, by default the same.
 */
export function bothStyles(
  versus: string,
  generator: number,
  async = generator,
): Budget[] {
  return [
    { subject: "generator", versus, ratio: generator },
    { subject: "async", versus, ratio: async },
  ];
}
