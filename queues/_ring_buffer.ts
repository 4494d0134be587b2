import type { QueueStorage } from "./storage.ts";

const MIN_CAPACITY = 16;

/**
 * First in, first out, in constant time: a circular array that doubles when it
 * is full and halves when three quarters of it are free.
 */
export class RingBuffer<T> implements QueueStorage<T> {
  /** The length is zero or a power of two, so that `& #mask` wraps round. */
  #slots: (T | undefined)[] = [];
  #mask = -1;
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size > this.#mask) {
      this.#resize(Math.max(this.#size * 2, MIN_CAPACITY));
    }
    this.#slots[(this.#head + this.#size) & this.#mask] = item;
    this.#size++;
  }

  pop(): T {
    const item = this.#slots[this.#head] as T;
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#size--;
    const capacity = this.#slots.length;
    if (this.#size * 4 < capacity && capacity > MIN_CAPACITY) {
      this.#resize(capacity / 2);
    }
    return item;
  }

  #resize(capacity: number): void {
    const slots = new Array<T | undefined>(capacity);
    for (let i = 0; i < this.#size; i++) {
      slots[i] = this.#slots[(this.#head + i) & this.#mask];
    }
    this.#slots = slots;
    this.#mask = capacity - 1;
    this.#head = 0;
  }
}
