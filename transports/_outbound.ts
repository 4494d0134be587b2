import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { staging } from "./_staging.ts";
import { snapshot, WriteQueue } from "./_write_queue.ts";
import type { Runnable } from "../loop/timer_queue.ts";
import type { ByteChannel } from "./byte_channel.ts";

/** Who is told how writing goes: the transport. */
export interface OutboundOwner {
  /** The loop whose turns writes are gathered in, if they are. */
  readonly loop: BaseEventLoop;
  /** Fewer bytes wait than before. */
  shrank(): void;
  /** Nothing waits any more, and the peer was told of the end if asked for. */
  drained(): void;
  /** A write failed; no other follows. */
  writeFailed(error: unknown): void;
}

/**
 * The writing half of a stream transport: one write is under way at a time,
 * the rest waits in a queue.
 *
 * | `#flight` | `#queue` | `#ending`   | state                                  |
 * |-----------|----------|-------------|----------------------------------------|
 * | none      | empty    | no          | idle: `write` starts at once           |
 * | set       | any      | no          | writing                                |
 * | set       | any      | asked       | writing, `end` of the channel follows  |
 * | none      | empty    | under way   | telling the peer of the end            |
 * | none      | empty    | done        | the peer knows                         |
 */
export class Outbound {
  readonly #channel: ByteChannel;
  readonly #owner: OutboundOwner;
  readonly #queue = new WriteQueue();
  /** The memory that is being written from, and whether it is staged. */
  #flight: Uint8Array | null = null;
  #staged = false;
  /** The flight is memory that the protocol lent for reading. */
  #lent = false;
  #returned: (() => void) | null = null;
  /** How many bytes of it are written, and how many the channel has taken. */
  #length = 0;
  #taken = 0;
  #ending: "no" | "asked" | "under way" | "done" = "no";
  #cleared = false;
  /** Told when everything is written, in place of the owner. */
  #heir: PromiseWithResolvers<void> | null = null;
  /** Whether `#launcher` is scheduled. */
  #gathering = false;
  readonly #launcher: Runnable = {
    run: () => {
      this.#gathering = false;
      if (this.#flight === null) this.#launchNext();
    },
  };

  /** Creates the idle writing half of a transport. */
  constructor(channel: ByteChannel, owner: OutboundOwner) {
    this.#channel = channel;
    this.#owner = owner;
  }

  /** How many bytes the channel has not yet taken, and still is to take. */
  get size(): number {
    if (this.#cleared) return 0;
    return this.#flight === null
      ? this.#queue.size
      : this.#length - this.#taken + this.#queue.size;
  }

  /** Whether nothing is under way. */
  get idle(): boolean {
    return this.#flight === null && this.#ending !== "under way" &&
      !this.#gathering;
  }

  /** Writes bytes, now if nothing is under way; nobody changes `stable` ones. */
  write(bytes: Uint8Array, stable: boolean): void {
    if (this.#flight !== null) this.#queue.push(bytes, stable);
    else if (this.#channel.gathersWrites) {
      this.#queue.hold(bytes, stable);
      this.#launchSoon();
    } else if (stable) this.#launch(bytes, bytes.length, false);
    else this.#launch(snapshot(bytes), bytes.length, true);
  }

  /**
   * Writes bytes that lie in memory the protocol lent for reading: without a
   * copy if they go out now. No read may begin before `untilReturned`.
   */
  writeLent(bytes: Uint8Array): void {
    if (this.#flight !== null || this.#channel.gathersWrites) {
      return this.write(bytes, false);
    }
    this.#lent = true;
    this.#launch(bytes, bytes.length, false);
  }

  /** Whether lent memory is being written from. */
  get holdsLent(): boolean {
    return this.#lent;
  }

  /** Waits until lent memory is no longer being written from. */
  untilReturned(): Promise<void> {
    return new Promise((resolve) => this.#returned = resolve);
  }

  /** Lets bytes wait until `flush`. */
  enqueue(bytes: Uint8Array, stable: boolean): void {
    this.#queue.push(bytes, stable);
  }

  /** Starts writing what was enqueued. */
  flush(): void {
    if (this.#flight !== null) return;
    if (this.#channel.gathersWrites) this.#launchSoon();
    else this.#launchNext();
  }

  /** Tells the peer of the end once everything is written. */
  end(): void {
    if (this.#ending !== "no") return;
    this.#ending = "asked";
    if (this.idle) this.#tellEnd();
  }

  /** Resolves when everything is written; the owner is told nothing more. */
  handOver(): Promise<void> {
    this.#heir = Promise.withResolvers();
    this.#heir.promise.catch(() => {});
    if (this.idle) this.#heir.resolve();
    return this.#heir.promise;
  }

  /** Drops what waits and what remains of the flight. */
  clear(): void {
    this.#cleared = true;
    this.#queue.clear();
  }

  #launchSoon(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#owner.loop.enqueue(this.#launcher);
  }

  #launchNext(): void {
    const next = this.#channel.gathersWrites
      ? this.#queue.shiftJoined()
      : this.#queue.shift();
    if (next !== undefined) this.#launch(next.memory, next.length, next.staged);
  }

  #launch(memory: Uint8Array, length: number, staged: boolean): void {
    this.#flight = memory;
    this.#length = length;
    this.#taken = 0;
    this.#staged = staged;
    const whole = memory.length === length;
    const bytes = whole ? memory : memory.subarray(0, length);
    this.#channel.write(bytes).then(this.#onTaken, this.#onFailed);
  }

  readonly #onTaken = (count: number): void => {
    this.#taken += count;
    if (this.#cleared) return this.#land();
    if (this.#taken < this.#length) this.#launchRest();
    else {
      this.#land();
      this.#launchNext();
    }
    this.#owner.shrank();
    if (this.#flight === null) this.#finish();
  };

  readonly #onFailed = (error: unknown): void => {
    this.#land();
    if (this.#heir !== null) this.#heir.reject(error);
    else if (!this.#cleared) this.#owner.writeFailed(error);
  };

  #launchRest(): void {
    const rest = this.#flight!.subarray(this.#taken, this.#length);
    this.#channel.write(rest).then(this.#onTaken, this.#onFailed);
  }

  #land(): void {
    if (this.#staged) staging.give(this.#flight!);
    this.#flight = null;
    this.#staged = false;
    if (!this.#lent) return;
    this.#lent = false;
    this.#returned?.();
    this.#returned = null;
  }

  /** Everything is written. */
  #finish(): void {
    if (this.#cleared) return;
    if (this.#heir !== null) this.#heir.resolve();
    else if (this.#ending === "asked") this.#tellEnd();
    else this.#owner.drained();
  }

  #tellEnd(): void {
    this.#ending = "under way";
    this.#channel.end().then(() => {
      this.#ending = "done";
      this.#finish();
    }, this.#onFailed);
  }
}
