import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { RuntimeError } from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { currentLoop } from "../loop/running.ts";

/** Ties a primitive to the first event loop somebody waits on. */
export class LoopBinding {
  readonly #owner: object;
  #loop: BaseEventLoop | null = null;

  /** Creates a binding that is still open; errors name `owner`. */
  constructor(owner: object) {
    this.#owner = owner;
  }

  /** Creates a future of the current loop, or fails on a second loop. */
  createFuture(): Future<void> {
    const loop = currentLoop();
    this.#loop ??= loop;
    if (this.#loop !== loop) {
      throw new RuntimeError(
        `Cannot wait on ${this.#owner}: it is bound to a different event loop`,
      );
    }
    return loop.createFuture<void>();
  }
}

/** One place in a {@linkcode WaitQueue}. */
export class Waiter {
  /** Done once the waiter was woken, or cancelled by whoever waits. */
  readonly future: Future<void>;
  /** Whether the queue woke this waiter; never true of a cancelled one. */
  woken = false;
  /** The neighbours, kept by the queue. */
  previous: Waiter | null = null;
  /** See `previous`. */
  next: Waiter | null = null;

  /** Creates a place that is in no queue yet. */
  constructor(future: Future<void>) {
    this.future = future;
  }
}

/**
 * A FIFO of waiting futures, under every primitive of `sync/` and `queues/`.
 *
 * A waiter stays in the queue until its own task has run again and left:
 * waking only completes its future, and cancelling only cancels it. So between
 * a wake-up and the task's next step a waiter is in the queue and done, and
 * whoever inspects the queue in that time sees what asyncio would show.
 *
 * Everything here takes constant time, whatever the number of waiters, and
 * whether they leave woken or cancelled; skipping done waiters is amortized.
 */
export class WaitQueue {
  readonly #binding: LoopBinding;
  #first: Waiter | null = null;
  #last: Waiter | null = null;
  #size = 0;
  /** Woken waiters that have not left yet. */
  #woken = 0;
  /**
   * Where the search for a pending waiter begins. Every waiter before it is
   * done, and a done waiter never becomes pending again.
   */
  #search: Waiter | null = null;

  /** Creates an empty queue whose futures come from `binding`. */
  constructor(binding: LoopBinding) {
    this.#binding = binding;
  }

  /** The number of waiters that have not left, done ones included. */
  get size(): number {
    return this.#size;
  }

  /** Makes a waiter of the current loop and puts it last. */
  enter(): Waiter {
    const waiter = new Waiter(this.#binding.createFuture());
    this.#append(waiter);
    return waiter;
  }

  /** Takes a waiter out, from wherever it stands. */
  leave(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    if (this.#search === waiter) this.#search = next;
    if (waiter.woken) this.#woken--;
    waiter.previous = waiter.next = null;
    this.#size--;
  }

  /** Whether a waiter, pending or woken, has not been cancelled. */
  hasLive(): boolean {
    return this.#woken > 0 || this.#pending() !== null;
  }

  /** Wakes the waiter at the head, unless that one is done already. */
  wakeFirst(): void {
    const waiter = this.#first;
    if (waiter !== null && !waiter.future.done()) this.#wake(waiter);
  }

  /** Wakes the first waiter that is not done; tells whether there was one. */
  wakeNext(): boolean {
    const waiter = this.#pending();
    if (waiter === null) return false;
    this.#wake(waiter);
    return true;
  }

  /** Wakes every waiter that is not done, in order. */
  wakeAll(): void {
    while (this.wakeNext());
  }

  /** Describes the waiters as the end of a list of states. */
  toString(): string {
    return this.#size > 0 ? `, waiters:${this.#size}` : "";
  }

  #append(waiter: Waiter): void {
    const last = this.#last;
    waiter.previous = last;
    if (last === null) this.#first = waiter;
    else last.next = waiter;
    this.#last = waiter;
    this.#search ??= waiter;
    this.#size++;
  }

  #pending(): Waiter | null {
    let waiter = this.#search;
    while (waiter !== null && waiter.future.done()) waiter = waiter.next;
    return this.#search = waiter;
  }

  #wake(waiter: Waiter): void {
    waiter.woken = true;
    this.#woken++;
    waiter.future.setResult(undefined);
  }
}
