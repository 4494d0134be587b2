import { staging } from "./_staging.ts";
import { type Segment, snapshot, WriteQueue } from "./_write_queue.ts";
import type { ByteChannel } from "./byte_channel.ts";

/** Who is told how writing goes: the transport. */
export interface OutboundOwner {
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
  #flight: Segment | null = null;
  /** How much of the flight the channel has taken. */
  #taken = 0;
  #ending: "no" | "asked" | "under way" | "done" = "no";
  #failed = false;

  /** Creates the idle writing half of a transport. */
  constructor(channel: ByteChannel, owner: OutboundOwner) {
    this.#channel = channel;
    this.#owner = owner;
  }

  /** How many bytes the channel has not yet taken, and still is to take. */
  get size(): number {
    const flight = this.#flight;
    if (this.#failed) return 0;
    return flight === null
      ? this.#queue.size
      : flight.length - this.#taken + this.#queue.size;
  }

  /** Whether nothing is under way. */
  get idle(): boolean {
    return this.#flight === null && this.#ending !== "under way";
  }

  /** Whether `end` was called. */
  get ended(): boolean {
    return this.#ending !== "no";
  }

  /** Writes bytes, now if nothing is under way. */
  write(bytes: Uint8Array, stable: boolean): void {
    if (this.#flight === null) this.#launch(snapshot(bytes, stable));
    else this.#queue.push(bytes, stable);
  }

  /** Lets bytes wait until `flush`. */
  enqueue(bytes: Uint8Array, stable: boolean): void {
    this.#queue.push(bytes, stable);
  }

  /** Starts writing what was enqueued. */
  flush(): void {
    if (this.#flight === null) this.#launchNext();
  }

  /** Tells the peer of the end once everything is written. */
  end(): void {
    if (this.ended) return;
    this.#ending = "asked";
    if (this.#flight === null) this.#tellEnd();
  }

  /** Drops what waits and what remains of the flight. */
  clear(): void {
    this.#failed = true;
    this.#queue.clear();
  }

  #launchNext(): boolean {
    const next = this.#queue.shift();
    if (next === undefined) return false;
    this.#launch(next);
    return true;
  }

  #launch(segment: Segment): void {
    this.#flight = segment;
    this.#taken = 0;
    const { memory, length } = segment;
    const bytes = memory.length === length
      ? memory
      : memory.subarray(0, length);
    this.#channel.write(bytes).then(this.#onTaken, this.#onFailed);
  }

  readonly #onTaken = (count: number): void => {
    const flight = this.#flight!;
    if (this.#failed) return this.#land(flight);
    this.#taken += count;
    if (this.#taken < flight.length) {
      const rest = flight.memory.subarray(this.#taken, flight.length);
      this.#channel.write(rest).then(this.#onTaken, this.#onFailed);
      return this.#owner.shrank();
    }
    this.#land(flight);
    this.#launchNext();
    this.#owner.shrank();
    if (this.#flight !== null || this.#failed) return;
    if (this.#ending === "asked") this.#tellEnd();
    else this.#owner.drained();
  };

  readonly #onFailed = (error: unknown): void => {
    if (this.#flight !== null) this.#land(this.#flight);
    if (!this.#failed) this.#owner.writeFailed(error);
  };

  #land(flight: Segment): void {
    this.#flight = null;
    if (flight.staged) staging.give(flight.memory);
  }

  #tellEnd(): void {
    this.#ending = "under way";
    this.#channel.end().then(() => {
      this.#ending = "done";
      if (!this.#failed) this.#owner.drained();
    }, this.#onFailed);
  }
}
