/** The high mark, unless told otherwise, in bytes. */
const DEFAULT_HIGH_WATER = 64 * 1024;

/** What is paused and resumed: the transport, on behalf of its protocol. */
export interface FlowControlled {
  /** Calls `pauseWriting` of the protocol. */
  pauseWriting(): void;
  /** Calls `resumeWriting` of the protocol. */
  resumeWriting(): void;
}

/**
 * The water marks of one write buffer. Invariant: pauses and resumes alternate,
 * beginning with a pause.
 */
export class FlowControl {
  readonly #target: FlowControlled;
  readonly #defaultHigh: number;
  #high: number;
  #low: number;
  #paused = false;

  /** Creates the flow control of an empty buffer. */
  constructor(target: FlowControlled, high: number = DEFAULT_HIGH_WATER) {
    this.#target = target;
    this.#defaultHigh = high;
    this.#high = high;
    this.#low = high / 4;
  }

  /** The low and the high mark. */
  get limits(): [low: number, high: number] {
    return [this.#low, this.#high];
  }

  /** Whether writing is paused. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Sets the marks; `update` must follow, the buffer may be over them. */
  setLimits(high?: number | null, low?: number | null): void {
    const top = high ?? (low == null ? this.#defaultHigh : 4 * low);
    const bottom = low ?? Math.floor(top / 4);
    if (!(top >= bottom && bottom >= 0)) {
      throw new RangeError(
        "Cannot set write buffer limits: high must be >= low must be >= 0, " +
          `received high ${top} and low ${bottom}`,
      );
    }
    this.#high = top;
    this.#low = bottom;
  }

  /** The buffer may have grown: pauses if it is over the high mark. */
  grew(size: number): void {
    if (size <= this.#high || this.#paused) return;
    this.#paused = true;
    this.#target.pauseWriting();
  }

  /** The buffer shrank: resumes if it is down to the low mark. */
  shrank(size: number): void {
    if (!this.#paused || size > this.#low) return;
    this.#paused = false;
    this.#target.resumeWriting();
  }
}
