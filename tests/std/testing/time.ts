/** Stands in for `jsr:@std/testing/time`; see ../README.md. */
import FakeTimers from "npm:@sinonjs/fake-timers@15.5.0";

const FAKED = [
  "Date",
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
] as const;

/** Replaces the host's clock and timers until it is disposed of. */
export class FakeTime implements Disposable {
  readonly #clock: ReturnType<typeof FakeTimers.install>;

  /** Starts at the given time, in milliseconds of the Unix epoch. */
  constructor(start: number | Date = Date.now()) {
    this.#clock = FakeTimers.install({ now: start, toFake: [...FAKED] });
  }

  /** The faked time, in milliseconds of the Unix epoch. */
  get now(): number {
    return this.#clock.now;
  }

  /** Moves the clock on and fires what falls due, without any await. */
  tick(milliseconds = 0): void {
    this.#clock.tick(milliseconds);
  }

  /** Moves the clock on, with promise jobs run between the timers. */
  async tickAsync(milliseconds = 0): Promise<void> {
    await this.#clock.tickAsync(milliseconds);
  }

  /** Gives the host's clock and timers back. */
  restore(): void {
    this.#clock.uninstall();
  }

  /** Gives the host's clock and timers back at the end of `using`. */
  [Symbol.dispose](): void {
    this.restore();
  }
}
