import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import type { Future } from "../loop/futures.ts";

/** Something that happens once, and that any number of tasks wait for. */
export class Latch {
  readonly #loop: BaseEventLoop;
  readonly #name: string;
  readonly #waiters = new Set<Future<void>>();
  #opened = false;

  /**
   * Creates a latch: it has not happened.
   *
   * @param name What those who wait for it wait in, for reports.
   */
  constructor(loop: BaseEventLoop, name: string) {
    this.#loop = loop;
    this.#name = name;
  }

  /** Whether it has happened. */
  get opened(): boolean {
    return this.#opened;
  }

  /** It happens: wakes those who wait. */
  open(): void {
    this.#opened = true;
    for (const waiter of this.#waiters) {
      if (!waiter.done()) waiter.setResult();
    }
  }

  /** Waits until it has happened; cancelling that wait is no matter to others. */
  *wait(): CoroutineGenerator<void> {
    if (this.#opened) return;
    const waiter = this.#loop.createFuture<void>().named(this.#name);
    this.#waiters.add(waiter);
    try {
      yield* waiter;
    } finally {
      this.#waiters.delete(waiter);
    }
  }
}
