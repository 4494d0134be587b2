/**
 * Where a queue keeps its items, and in what order it gives them out.
 *
 * `push` and `pop` are called synchronously and must not call the queue.
 */
export interface QueueStorage<T> {
  /** The number of items. */
  readonly size: number;
  /** Adds an item; if it throws, the item must not have been added. */
  push(item: T): void;
  /** Takes the next item out; called only if there is one. */
  pop(): T;
}
