import type { Coroutine } from "../loop/coroutines.ts";
import { WAIT } from "../loop/direct_steps.ts";
import { showAsText } from "../loop/inspect.ts";
import { type WaitOperation, waitOperation } from "../loop/wait_operation.ts";
import { checkInteger } from "../sync/_integers.ts";
import { LoopBinding, type Waiter, WaitQueue } from "../sync/_waiters.ts";
import { RingBuffer } from "./_ring_buffer.ts";
import { QueueEmpty, QueueFull, QueueShutDown } from "./errors.ts";
import type { QueueStorage } from "./storage.ts";

/** Options of {@linkcode Queue}. */
export interface QueueOptions<T> {
  /** Where the items wait, and in what order; first in, first out by default. */
  storage?: QueueStorage<T>;
}

/** Adding an item: a wait until there is room. */
let PUT: WaitOperation<Queue<unknown>, unknown, void, Waiter>;
/** Taking an item: a wait until there is one. */
let GET: WaitOperation<Queue<unknown>, undefined, unknown, Waiter>;
/** Taking an item in `for await`: a wait until there is one, or never will be. */
let NEXT: WaitOperation<
  Queue<unknown>,
  undefined,
  IteratorResult<unknown, undefined>,
  Waiter
>;
/** A wait until everything is done. */
let JOIN: WaitOperation<Queue<unknown>, undefined, void, Waiter>;

/**
 * A queue between tasks, first in, first out.
 *
 * - **Backpressure:** with a `maxsize`, `put()` waits while the queue is full.
 * - **Order:** tasks that wait are woken in the order they came. A woken task
 *   looks again, so one that did not have to wait may be faster.
 * - **Cancelling:** an item leaves the queue in the same step in which `get()`
 *   returns it, and a wake-up that reaches a cancelled task goes to the next
 *   one: no item is lost.
 * - **Items** may be anything, `undefined` too. But `await queue.get()` also
 *   awaits what it gets, so wrap promises, tasks and futures in an object.
 *
 * @example Hand work to two workers and wait for the end of it
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const queue = new asyncio.Queue<number>(10);
 * let sum = 0;
 *
 * async function worker() {
 *   for await (const item of queue) {
 *     sum += item;
 *     queue.taskDone();
 *   }
 * }
 *
 * await asyncio.run(async () => {
 *   await asyncio.taskGroup(async (group) => {
 *     group.createTask(worker);
 *     group.createTask(worker);
 *     for (let item = 1; item <= 100; item++) await queue.put(item);
 *     await queue.join();
 *     queue.shutdown();
 *   });
 * });
 * assert.equal(sum, 5050);
 * ```
 */
export class Queue<T = unknown> {
  readonly #maxsize: number;
  readonly #storage: QueueStorage<T>;
  readonly #getters: WaitQueue;
  readonly #putters: WaitQueue;
  readonly #joiners: WaitQueue;
  /** Items put and not yet reported by `taskDone()`. */
  #unfinished = 0;
  #isShutdown = false;

  static {
    showAsText(this);
    PUT = {
      name: "Queue.put",
      attempt: (queue, item) => queue.#put(item),
      enter: (queue) => queue.#putters.enter(),
      leave: (queue, putter) => queue.#putters.leave(putter),
      finish: (queue, item) => queue.#put(item),
      abandon: (queue, putter) => {
        if (putter.woken && !queue.full()) queue.#putters.wakeNext();
      },
    };
    const getting = {
      enter: (queue: Queue<unknown>) => queue.#getters.enter(),
      leave: (queue: Queue<unknown>, getter: Waiter) =>
        queue.#getters.leave(getter),
      abandon: (queue: Queue<unknown>, getter: Waiter) => {
        if (getter.woken && !queue.empty()) queue.#getters.wakeNext();
      },
    };
    GET = {
      name: "Queue.get",
      attempt: (queue) => queue.#get(),
      finish: (queue) => queue.#get(),
      ...getting,
    };
    NEXT = {
      name: "Queue.next",
      attempt: (queue) => queue.#next(),
      finish: (queue) => queue.#next(),
      ...getting,
    };
    JOIN = {
      name: "Queue.join",
      attempt: (queue) => queue.#unfinished > 0 ? WAIT : undefined,
      enter: (queue) => queue.#joiners.enter(),
      leave: (queue, joiner) => queue.#joiners.leave(joiner),
      finish: () => {},
      abandon: () => {},
    };
  }

  /**
   * Creates an empty queue.
   *
   * @param maxsize How many items may wait; no limit if it is 0 or less.
   * @param options Where the items are kept.
   * @throws {TypeError} If `maxsize` is neither a whole number nor `Infinity`.
   */
  constructor(maxsize = 0, options: QueueOptions<T> = {}) {
    if (maxsize !== Infinity) {
      checkInteger("create queue", "maxsize", maxsize);
    }
    this.#maxsize = maxsize;
    this.#storage = options.storage ?? new RingBuffer<T>();
    const binding = new LoopBinding(this);
    this.#getters = new WaitQueue(binding);
    this.#putters = new WaitQueue(binding);
    this.#joiners = new WaitQueue(binding);
  }

  /** How many items may wait; no limit if it is 0 or less. */
  get maxsize(): number {
    return this.#maxsize;
  }

  /** Returns the number of items that wait. */
  qsize(): number {
    return this.#storage.size;
  }

  /** Tells whether no item waits. */
  empty(): boolean {
    return this.#storage.size === 0;
  }

  /** Tells whether as many items wait as are allowed. */
  full(): boolean {
    return this.#maxsize > 0 && this.#storage.size >= this.#maxsize;
  }

  /**
   * Adds an item, waiting first while the queue is full.
   *
   * A cancelled wait has not added the item.
   *
   * @param item The item.
   * @throws {QueueShutDown} If the queue is shut down, or is shut down during
   * the wait.
   * @throws {RuntimeError} If the queue is bound to a different event loop.
   */
  put(item: T): Coroutine<void> {
    return waitOperation(PUT, this as Queue<unknown>, item);
  }

  /**
   * Adds an item now.
   *
   * @param item The item.
   * @throws {QueueFull} If the queue is full.
   * @throws {QueueShutDown} If the queue is shut down.
   */
  putNowait(item: T): void {
    if (this.#isShutdown) {
      throw new QueueShutDown("Cannot put item: queue is shut down");
    }
    if (this.full()) throw new QueueFull();
    this.#storage.push(item);
    this.#unfinished++;
    this.#getters.wakeNext();
  }

  /**
   * Takes the next item out, waiting first while the queue is empty.
   *
   * A cancelled wait has not taken an item.
   *
   * @returns The item.
   * @throws {QueueShutDown} If the queue is empty and shut down, or is shut
   * down during the wait.
   * @throws {RuntimeError} If the queue is bound to a different event loop.
   */
  get(): Coroutine<T> {
    const queue = this as Queue<unknown>;
    return waitOperation(GET, queue, undefined) as Coroutine<T>;
  }

  /**
   * Takes the next item out now.
   *
   * @returns The item.
   * @throws {QueueEmpty} If no item waits.
   * @throws {QueueShutDown} If no item waits and the queue is shut down.
   */
  getNowait(): T {
    if (this.empty()) {
      if (this.#isShutdown) throw shutDownForGetters();
      throw new QueueEmpty();
    }
    const item = this.#storage.pop();
    this.#putters.wakeNext();
    return item;
  }

  /**
   * Reports that the work on an item that was got is done.
   *
   * @throws {RangeError} If it is called more often than items were put.
   */
  taskDone(): void {
    if (this.#unfinished === 0) {
      throw new RangeError("Cannot mark item as done: all items are done");
    }
    this.#finish(1);
  }

  /**
   * Waits until `taskDone()` was called for every item that was put.
   *
   * A cancelled wait leaves nothing behind.
   *
   * @throws {RuntimeError} If the queue is bound to a different event loop.
   */
  join(): Coroutine<void> {
    return waitOperation(JOIN, this as Queue<unknown>, undefined);
  }

  /**
   * Ends the use of the queue: `put()` fails from now on, and `get()` as soon
   * as the queue is empty. Tasks that wait in them learn of it.
   *
   * It cannot be undone, and doing it again changes nothing but `immediate`.
   *
   * @param immediate Whether to drop the items that wait, each counted as done.
   */
  shutdown(immediate = false): void {
    this.#isShutdown = true;
    if (immediate) this.#drop();
    this.#getters.wakeAll();
    this.#putters.wakeAll();
  }

  /** Iterates over the items, got one by one, until the queue is shut down. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return new QueueIterator(this);
  }

  /** Describes the queue, such as `<Queue [size:1/3, unfinished:2]>`. */
  toString(): string {
    const limit = this.#maxsize > 0 ? `/${this.#maxsize}` : "";
    const states = [`size:${this.qsize()}${limit}`];
    const counts = {
      getters: this.#getters.size,
      putters: this.#putters.size,
      joiners: this.#joiners.size,
      unfinished: this.#unfinished,
    };
    for (const [name, count] of Object.entries(counts)) {
      if (count > 0) states.push(`${name}:${count}`);
    }
    if (this.#isShutdown) states.push("shut down");
    return `<${this.constructor.name} [${states.join(", ")}]>`;
  }

  #put(item: T): void | typeof WAIT {
    if (!this.full() || this.#isShutdown) return this.putNowait(item);
    return WAIT;
  }

  #get(): T | typeof WAIT {
    return this.empty() && !this.#isShutdown ? WAIT : this.getNowait();
  }

  #next(): IteratorResult<T, undefined> | typeof WAIT {
    if (!this.empty()) return { done: false, value: this.getNowait() };
    return this.#isShutdown ? { done: true, value: undefined } : WAIT;
  }

  #drop(): void {
    const dropped = this.qsize();
    while (!this.empty()) this.#storage.pop();
    this.#finish(Math.min(dropped, this.#unfinished));
  }

  #finish(items: number): void {
    this.#unfinished -= items;
    if (this.#unfinished === 0) this.#joiners.wakeAll();
  }
}

/** What `for await` of a queue uses. */
class QueueIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #queue: Queue<T>;

  constructor(queue: Queue<T>) {
    this.#queue = queue;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Coroutine<IteratorResult<T, undefined>> {
    const queue = this.#queue as Queue<unknown>;
    return waitOperation(NEXT, queue, undefined) as Coroutine<
      IteratorResult<T, undefined>
    >;
  }
}

function shutDownForGetters(): QueueShutDown {
  return new QueueShutDown("Cannot get item: queue is empty and shut down");
}
