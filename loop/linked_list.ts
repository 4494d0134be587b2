/** What can stand in a {@linkcode LinkedList}, one at a time. */
export interface Link<T> {
  /** The neighbours, kept by the list. */
  previous: T | null;
  /** See `previous`. */
  next: T | null;
}

/** A list whose elements are its links: adding and removing cost no memory. */
export class LinkedList<T extends Link<T>> {
  #first: T | null = null;
  #last: T | null = null;
  #size = 0;

  /** How many elements there are. */
  get size(): number {
    return this.#size;
  }

  /** Puts an element last. */
  add(element: T): void {
    const last = this.#last;
    element.previous = last;
    if (last === null) this.#first = element;
    else last.next = element;
    this.#last = element;
    this.#size++;
  }

  /** Takes an element out, from wherever it stands. */
  delete(element: T): void {
    const { previous, next } = element;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    element.previous = null;
    element.next = null;
    this.#size--;
  }

  /** Iterates over the elements, first to last. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let each = this.#first; each !== null; each = each.next) yield each;
  }
}
