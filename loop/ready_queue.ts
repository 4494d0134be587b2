import type { Runnable } from "./timer_queue.ts";

/** The smallest size of the ring, a power of two. */
const SMALLEST = 64;

/** A ring that has grown beyond this shrinks when it is empty. */
const LARGEST_KEPT = 65_536;

/** What is ready to run, first in, first out: a ring that grows. */
export class ReadyQueue {
  #ring: (Runnable | undefined)[] = new Array(SMALLEST);
  #head = 0;
  #size = 0;

  /** How many are ready. */
  get size(): number {
    return this.#size;
  }

  /** Appends a runnable. */
  push(runnable: Runnable): void {
    if (this.#size === this.#ring.length) this.#resize(this.#size * 2);
    const mask = this.#ring.length - 1;
    this.#ring[(this.#head + this.#size++) & mask] = runnable;
  }

  /** Takes the first one out; the queue must not be empty. */
  shift(): Runnable {
    const runnable = this.#ring[this.#head]!;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size--;
    if (this.#size === 0 && this.#ring.length > LARGEST_KEPT) this.clear();
    return runnable;
  }

  /** Drops everything. */
  clear(): void {
    this.#ring = new Array(SMALLEST);
    this.#head = 0;
    this.#size = 0;
  }

  #resize(length: number): void {
    const ring = new Array<Runnable | undefined>(length);
    const mask = this.#ring.length - 1;
    for (let i = 0; i < this.#size; i++) {
      ring[i] = this.#ring[(this.#head + i) & mask];
    }
    this.#ring = ring;
    this.#head = 0;
  }
}
