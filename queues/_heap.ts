import type { QueueStorage } from "./storage.ts";

interface Entry<T> {
  readonly item: T;
  /** Breaks ties: the number of items pushed before. */
  readonly serial: number;
}

/**
 * Smallest first, in logarithmic time, and in order of arrival among equals:
 * a binary heap.
 *
 * Both operations find their way through the heap before they change it, so a
 * `compare` that throws leaves it whole.
 */
export class Heap<T> implements QueueStorage<T> {
  /** No entry comes before its parent, which is at `(index - 1) >> 1`. */
  readonly #entries: Entry<T>[] = [];
  readonly #compare: (a: T, b: T) => number;
  #serial = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#entries.length;
  }

  push(item: T): void {
    const entries = this.#entries;
    const entry = { item, serial: this.#serial };
    const target = this.#placeAbove(entries.length, entry);
    for (let hole = entries.length; hole > target; hole = parentOf(hole)) {
      entries[hole] = entries[parentOf(hole)]!;
    }
    entries[target] = entry;
    this.#serial++;
  }

  pop(): T {
    const entries = this.#entries;
    const last = entries.length - 1;
    let entry = entries[last]!;
    let hole = this.#placeBelow(last, entry);
    entries.length = last;
    if (last === 0) return entry.item;
    // From the place of the last entry up to the root, everyone moves up one.
    while (true) {
      const displaced = entries[hole]!;
      entries[hole] = entry;
      if (hole === 0) return displaced.item;
      entry = displaced;
      hole = parentOf(hole);
    }
  }

  /** Finds where an entry belongs on the way from `hole` up to the root. */
  #placeAbove(hole: number, entry: Entry<T>): number {
    while (hole > 0 && this.#before(entry, this.#entries[parentOf(hole)]!)) {
      hole = parentOf(hole);
    }
    return hole;
  }

  /** Finds where an entry belongs if it starts at the root of `length`. */
  #placeBelow(length: number, entry: Entry<T>): number {
    const entries = this.#entries;
    let hole = 0;
    while (true) {
      let child = 2 * hole + 1;
      if (child >= length) return hole;
      const right = child + 1;
      if (right < length && this.#before(entries[right]!, entries[child]!)) {
        child = right;
      }
      if (this.#before(entry, entries[child]!)) return hole;
      hole = child;
    }
  }

  #before(a: Entry<T>, b: Entry<T>): boolean {
    const order = this.#compare(a.item, b.item);
    return order === 0 ? a.serial < b.serial : order < 0;
  }
}

function parentOf(index: number): number {
  return (index - 1) >> 1;
}
