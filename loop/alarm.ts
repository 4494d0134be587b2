import { MAXIMUM_NATIVE_TIMER, NATIVE_TIMER_SLACK } from "./constants.ts";
import { hop } from "./host.ts";

/**
 * Wakes the loop at a point in time, with one native timer.
 *
 * Native timers fire about a millisecond late, so the timer is armed early and
 * the rest is waited out with macrotask hops.
 */
export class Alarm {
  readonly #time: () => number;
  readonly #ring: () => void;
  /** When to ring, `Infinity` if the alarm is not set. */
  #when = Infinity;
  /** The deadline that the native timer was armed for: never after `#when`. */
  #armedFor = Infinity;
  #native: ReturnType<typeof setTimeout> | undefined;
  #hopping = false;

  /** Creates an alarm that is not set. */
  constructor(time: () => number, ring: () => void) {
    this.#time = time;
    this.#ring = ring;
  }

  /**
   * Sets the alarm, or moves it; `undefined` takes it back. A native timer
   * that would fire too early stays: deadlines that are moved ahead again and
   * again then cost nothing.
   */
  set(when: number | undefined): void {
    this.#when = when ?? Infinity;
    if (this.#when === Infinity) return this.#disarm();
    if (this.#armedFor <= this.#when) return;
    this.#disarm();
    this.#arm();
  }

  #disarm(): void {
    this.#armedFor = Infinity;
    if (this.#native === undefined) return;
    clearTimeout(this.#native);
    this.#native = undefined;
  }

  #arm(): void {
    this.#armedFor = this.#when;
    const delay = this.#when - this.#time() - NATIVE_TIMER_SLACK;
    if (delay <= 0) return this.#hopUntilDue();
    this.#native = setTimeout(
      this.#fire,
      Math.min(delay, MAXIMUM_NATIVE_TIMER) * 1000,
    );
  }

  readonly #fire = (): void => {
    this.#native = undefined;
    this.#armedFor = Infinity;
    if (this.#when !== Infinity) this.#arm();
  };

  #hopUntilDue(): void {
    if (this.#hopping) return;
    this.#hopping = true;
    hop(this.#look);
  }

  readonly #look = (): void => {
    this.#hopping = false;
    if (this.#when === Infinity || this.#native !== undefined) return;
    this.#armedFor = Infinity;
    if (this.#time() < this.#when) return this.#arm();
    this.#when = Infinity;
    this.#ring();
  };
}
