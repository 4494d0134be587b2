/** What one window of one subject has shown. */
export interface Sample {
  /** Messages there and back. */
  readonly messages: number;
  /** How long the window was, in seconds. */
  readonly seconds: number;
  /** CPU time of whoever echoes meanwhile, in seconds; NaN where it is not told. */
  readonly cpuSeconds: number;
}

/** Something that echoes, ready to be measured. */
export interface Subject {
  readonly name: string;
  /** The part of the rate of the first subject that is asked for, if any is. */
  readonly budget?: number;
  /** Does its job for a window. */
  measure(seconds: number): Promise<Sample>;
}

/** A kind of connection: how the subjects are started; the first one is the base. */
export interface NetWork {
  readonly name: string;
  open(stack: AsyncDisposableStack): Promise<readonly Subject[]>;
}

/** All windows of one subject. */
export interface NetResult {
  readonly work: string;
  readonly subject: string;
  readonly budget: number | null;
  readonly samples: readonly Sample[];
}
