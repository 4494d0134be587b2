import { staging } from "./_staging.ts";

/** Bytes below this are copied behind each other, to be written at once. */
const COALESCED_BYTES = 16 * 1024;

/** The most that is gathered in one buffer. */
const MOST_GATHERED_BYTES = 64 * 1024;

/** Bytes that wait, and the staging buffer they lie in, if they lie in one. */
export interface Segment {
  /** The memory; with a staging buffer only its first `length` bytes. */
  readonly memory: Uint8Array;
  /** How many bytes wait. */
  length: number;
  /** Whether the memory goes back to the pool once it is written. */
  readonly staged: boolean;
}

/** Copies bytes into a staging buffer, where the caller cannot change them. */
export function snapshot(bytes: Uint8Array): Uint8Array {
  const memory = staging.take(bytes.length);
  memory.set(bytes);
  return memory;
}

/** What waits to be written: a list of segments, small pieces put together. */
export class WriteQueue {
  #segments: Segment[] = [];
  #first = 0;
  #size = 0;

  /** How many bytes wait. */
  get size(): number {
    return this.#size;
  }

  /** Appends bytes; `stable` ones are never changed by anybody. */
  push(bytes: Uint8Array, stable: boolean): void {
    const { length } = bytes;
    this.#size += length;
    if (length < COALESCED_BYTES) this.#gather(bytes);
    else {
      const memory = stable ? bytes : snapshot(bytes);
      this.#segments.push({ memory, length, staged: !stable });
    }
  }

  /** As `push`, for bytes that will probably be all that waits. */
  hold(bytes: Uint8Array, stable: boolean): void {
    if (this.#size > 0) return this.push(bytes, stable);
    const { length } = bytes;
    const memory = stable ? bytes : snapshot(bytes);
    this.#segments.push({ memory, length, staged: !stable });
    this.#size = length;
  }

  /** Removes what fits into one buffer, put together; at least one segment. */
  shiftJoined(): Segment | undefined {
    const fitting = this.#countFitting();
    if (fitting < 2) return this.shift();
    const memory = staging.take(Math.min(this.#size, MOST_GATHERED_BYTES));
    let length = 0;
    for (let i = 0; i < fitting; i++) {
      const segment = this.shift()!;
      memory.set(segment.memory.subarray(0, segment.length), length);
      length += segment.length;
      if (segment.staged) staging.give(segment.memory);
    }
    return { memory, length, staged: true };
  }

  /** Removes the first segment. */
  shift(): Segment | undefined {
    const segment = this.#segments[this.#first];
    if (segment === undefined) return undefined;
    this.#segments[this.#first++] = undefined!;
    if (this.#first === this.#segments.length) {
      this.#segments.length = 0;
      this.#first = 0;
    } else if (this.#first > 64 && this.#first * 2 > this.#segments.length) {
      this.#segments.splice(0, this.#first);
      this.#first = 0;
    }
    this.#size -= segment.length;
    return segment;
  }

  /** Drops everything. */
  clear(): void {
    for (let segment = this.shift(); segment; segment = this.shift()) {
      if (segment.staged) staging.give(segment.memory);
    }
  }

  #countFitting(): number {
    let length = 0;
    let index = this.#first;
    for (; index < this.#segments.length; index++) {
      length += this.#segments[index]!.length;
      if (length > MOST_GATHERED_BYTES) break;
    }
    return index - this.#first;
  }

  /** Copies a small piece behind the last one, or into a new buffer. */
  #gather(bytes: Uint8Array): void {
    let last = this.#segments.at(-1);
    if (!last?.staged || last.memory.length - last.length < bytes.length) {
      const wanted = Math.max(bytes.length, this.#size);
      const memory = staging.take(Math.min(wanted, MOST_GATHERED_BYTES));
      last = { memory, length: 0, staged: true };
      this.#segments.push(last);
    }
    last.memory.set(bytes, last.length);
    last.length += bytes.length;
  }
}
