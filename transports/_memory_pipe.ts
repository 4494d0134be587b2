import { systemError } from "./_errors.ts";

interface PendingOperation<T> {
  readonly bytes: Uint8Array;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** One direction of a pair in memory: a ring of bytes, with both ends. */
export class MemoryPipe {
  readonly #ring: Uint8Array;
  #start = 0;
  #length = 0;
  #ended = false;
  #reset = false;
  #unread = false;
  #reader: PendingOperation<number | null> | null = null;
  #writer: PendingOperation<number> | null = null;

  /** Creates an empty pipe that holds `capacity` bytes. */
  constructor(capacity: number) {
    this.#ring = new Uint8Array(capacity);
  }

  /** Takes bytes out as soon as there are some; `null` after the last. */
  read(bytes: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#reader = { bytes, resolve, reject };
      this.#settle();
    });
  }

  /** Puts bytes in as soon as there is room for some. */
  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#writer = { bytes, resolve, reject };
      this.#settle();
    });
  }

  /** No more bytes will be put in; those that are in can still be read. */
  end(): void {
    this.#ended = true;
    this.#settle();
  }

  /** No more bytes will be taken out: writing fails from now on. */
  closeReader(): void {
    this.#unread = true;
    this.#reader = null;
    this.#settle();
  }

  /** The writing end is gone for good: reading fails, even of what is in. */
  breakOff(): void {
    this.#reset = true;
    this.#writer = null;
    this.#settle();
  }

  /** Gives up the pending write of an end that closes itself. */
  closeWriter(): void {
    this.#writer = null;
    this.end();
  }

  #settle(): void {
    if (this.#writer !== null) this.#settleWriter(this.#writer);
    if (this.#reader !== null) this.#settleReader(this.#reader);
    if (this.#writer !== null) this.#settleWriter(this.#writer);
  }

  #settleReader({ bytes, resolve, reject }: PendingOperation<number | null>) {
    if (this.#reset) {
      reject(systemError("ConnectionReset", "Connection reset by peer"));
    } else if (this.#length > 0) resolve(this.#takeOut(bytes));
    else if (this.#ended) resolve(null);
    else return;
    this.#reader = null;
  }

  #settleWriter({ bytes, resolve, reject }: PendingOperation<number>): void {
    if (this.#unread) reject(systemError("BrokenPipe", "Broken pipe"));
    else if (this.#length < this.#ring.length) resolve(this.#putIn(bytes));
    else return;
    this.#writer = null;
  }

  #takeOut(bytes: Uint8Array): number {
    const ring = this.#ring;
    const count = Math.min(bytes.length, this.#length);
    const straight = Math.min(count, ring.length - this.#start);
    bytes.set(ring.subarray(this.#start, this.#start + straight));
    bytes.set(ring.subarray(0, count - straight), straight);
    this.#start = (this.#start + count) % ring.length;
    this.#length -= count;
    return count;
  }

  #putIn(bytes: Uint8Array): number {
    const ring = this.#ring;
    const count = Math.min(bytes.length, ring.length - this.#length);
    const end = (this.#start + this.#length) % ring.length;
    const straight = Math.min(count, ring.length - end);
    ring.set(bytes.subarray(0, straight), end);
    ring.set(bytes.subarray(straight, count), 0);
    this.#length += count;
    return count;
  }
}
