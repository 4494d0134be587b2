import type { NetAddress } from "./byte_channel.ts";
import type { DatagramChannel } from "./datagram_channel.ts";

/** What a datagram costs beside its bytes: the size of its header. */
const HEADER_BYTES = 8;

/** Called when a datagram was sent, with the error if it was not. */
export type Sent = (error: unknown) => void;

/** Who is told how sending goes: the transport. */
export interface DatagramQueueOwner {
  /** Fewer bytes wait than before. */
  shrank(): void;
  /** Nothing waits any more. */
  drained(): void;
  /** A datagram was not sent; the next one follows. */
  sendFailed(error: unknown): void;
}

interface Outgoing {
  readonly data: Uint8Array;
  readonly address: NetAddress;
  readonly sent: Sent | undefined;
}

/** The sending half of a datagram transport: one after the other. */
export class DatagramQueue {
  readonly #channel: DatagramChannel;
  readonly #owner: DatagramQueueOwner;
  #waiting: Outgoing[] = [];
  #sending = false;
  #size = 0;

  /** Creates a queue with nothing in it. */
  constructor(channel: DatagramChannel, owner: DatagramQueueOwner) {
    this.#channel = channel;
    this.#owner = owner;
  }

  /** How many bytes the system has not yet taken, headers included. */
  get size(): number {
    return this.#size;
  }

  /** Whether nothing is under way. */
  get idle(): boolean {
    return !this.#sending;
  }

  /** Sends a datagram; the bytes may be changed afterwards. */
  push(bytes: Uint8Array, address: NetAddress, sent?: Sent): void {
    const data = bytes.slice();
    this.#size += data.length + HEADER_BYTES;
    this.#waiting.push({ data, address, sent });
    if (!this.#sending) this.#run();
  }

  /** Drops what waits. */
  clear(): void {
    for (const { data, sent } of this.#waiting.splice(0)) {
      this.#size -= data.length + HEADER_BYTES;
      sent?.(null);
    }
  }

  async #run(): Promise<void> {
    this.#sending = true;
    for (let next = this.#take(); next; next = this.#take()) {
      const { data, address, sent } = next;
      let failure: unknown = null;
      try {
        await this.#channel.send(data, address);
      } catch (error) {
        failure = error;
      }
      this.#size -= data.length + HEADER_BYTES;
      if (sent !== undefined) sent(failure);
      else if (failure !== null) this.#owner.sendFailed(failure);
      this.#owner.shrank();
    }
    this.#sending = false;
    this.#owner.drained();
  }

  #take(): Outgoing | undefined {
    return this.#waiting.shift();
  }
}
