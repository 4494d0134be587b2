import type { Future } from "./futures.ts";
import { PURGE_CANCELLED_SHARE, PURGE_MINIMUM_TIMERS } from "./constants.ts";

/** What the loop runs: a handle, a waking strand, a waking native wait. */
export interface Runnable {
  /** Runs it; called by the loop only. */
  run(): void;
  /** The task or future that waits through it, if one does. */
  awaiter?(): Future<unknown> | null;
}

/** A runnable that joins the ready queue at a point in time. */
export class Timer {
  /** When it is due, in seconds of the loop's clock. */
  readonly when: number;
  /** What becomes ready then; `null` once cancelled or fired. */
  target: Runnable | null;
  /** Position in scheduling order: decides between equal times. */
  order = 0;
  /** The queue it stands in, told when the timer is cancelled. */
  queue: TimerQueue | null = null;

  /** Creates a timer that is in no queue yet. */
  constructor(when: number, target: Runnable) {
    this.when = when;
    this.target = target;
  }

  /** Lets go of the target; the queue drops the empty entry later. */
  cancel(): void {
    if (this.target === null) return;
    this.target = null;
    this.queue?.noteCancelled();
  }
}

/**
 * A binary heap of timers ordered by (when, scheduling order).
 *
 * Cancelled timers stay until they surface, or until they are more than half
 * of the heap: then it is rebuilt without them, so memory stays bounded.
 */
export class TimerQueue {
  #heap: Timer[] = [];
  #cancelled = 0;
  #order = 0;

  /** Adds a timer. */
  push(timer: Timer): void {
    timer.order = this.#order++;
    timer.queue = this;
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
  }

  /** Returns the earliest timer that is not cancelled. */
  peek(): Timer | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.target === null) {
      this.#cancelled--;
      this.#removeFirst();
    }
    return this.#heap[0];
  }

  /** Removes the timer that `peek` returned. */
  shift(): void {
    this.#removeFirst();
  }

  /** Drops all timers. */
  clear(): void {
    for (const timer of this.#heap) timer.queue = null;
    this.#heap = [];
    this.#cancelled = 0;
  }

  /** Counts a cancelled timer and purges when they are too many. */
  noteCancelled(): void {
    this.#cancelled++;
    const { length } = this.#heap;
    if (
      length > PURGE_MINIMUM_TIMERS &&
      this.#cancelled > length * PURGE_CANCELLED_SHARE
    ) this.#purge();
  }

  #purge(): void {
    this.#heap = this.#heap.filter((timer) => timer.target !== null);
    this.#cancelled = 0;
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  #removeFirst(): void {
    this.#heap[0]!.queue = null;
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(index: number): void {
    const heap = this.#heap;
    const timer = heap[index]!;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #sink(index: number): void {
    const heap = this.#heap;
    const { length } = heap;
    const timer = heap[index]!;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, timer)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = timer;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.when < b.when || (a.when === b.when && a.order < b.order);
}
