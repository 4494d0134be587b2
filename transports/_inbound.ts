import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { RuntimeError } from "../loop/errors.ts";
import { runInCallback, running } from "../loop/running.ts";
import { ReadSlab } from "./_read_slab.ts";
import type { Undelivered } from "./_resumed_channel.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { StreamProtocol } from "./protocols.ts";

/** Who is told how reading goes: the transport. */
export interface InboundOwner {
  /** The loop that the protocol is called in. */
  readonly loop: BaseEventLoop;
  /** The protocol, which may be replaced at any time. */
  readonly protocol: StreamProtocol;
  /** Whether the protocol must not be handed anything any more. */
  readonly closing: boolean;
  /** Whether memory that the protocol lent is being written from. */
  readonly holdsLent: boolean;
  /** Waits until it is not. */
  untilReturned(): Promise<void>;
  /** The peer will send no more. */
  endOfStream(): void;
  /** The channel failed, or the protocol did. */
  fatalError(error: unknown, message: string): void;
}

/**
 * The reading half of a stream transport: one native async function for the
 * life of the connection, so that every call of the protocol is made in the
 * async context in which it was started.
 */
export class Inbound {
  readonly #channel: ByteChannel;
  readonly #owner: InboundOwner;
  readonly #slab = new ReadSlab();
  /** The memory that the protocol lent to the last read, if it did. */
  lent: ArrayBufferLike | null = null;
  #paused = false;
  /** Whether a read is under way, or what it brought is kept back. */
  #reading = false;
  #wake: (() => void) | null = null;
  /** Takes what is read, in place of the protocol. */
  #heir: PromiseWithResolvers<Undelivered> | null = null;

  /** Creates the reading half of a transport; `run` starts it. */
  constructor(channel: ByteChannel, owner: InboundOwner) {
    this.#channel = channel;
    this.#owner = owner;
  }

  /** Whether the protocol wants no bytes. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Keeps bytes from the protocol; no further read is started. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on, beginning with the bytes that were kept back. */
  resume(): void {
    this.#paused = false;
    this.#wake?.();
    this.#wake = null;
  }

  /**
   * Gives up reading, for another transport to go on with it.
   *
   * @returns What the read that is under way brings, if there is one.
   */
  handOver(): Promise<Undelivered> {
    this.#heir = Promise.withResolvers();
    this.#heir.promise.catch(() => {});
    if (!this.#reading) this.#heir.resolve(undefined);
    this.resume();
    return this.#heir.promise;
  }

  /** Reads until the end of the stream or of the transport. */
  async run(): Promise<void> {
    const owner = this.#owner;
    const { loop } = owner;
    for (;;) {
      while (this.#paused && !owner.closing) await this.#untilResumed();
      if (owner.closing) return;
      const { protocol } = owner;
      // What is being written from it must not be read over.
      if (this.lent !== null && owner.holdsLent) await owner.untilReturned();
      if (owner.closing) return;
      const buffer = protocol.getBuffer === undefined
        ? this.#slab.room()
        : runInCallback(loop, this.#borrow, protocol);
      if (buffer === null) return;
      let count: number | null;
      this.#reading = true;
      try {
        count = await this.#channel.read(buffer);
      } catch (error) {
        if (this.#heir !== null) return this.#heir.reject(error);
        if (owner.closing) return;
        return owner.fatalError(error, "Fatal read error on socket transport");
      }
      while (this.#paused && !owner.closing) await this.#untilResumed();
      if (this.#heir !== null) return this.#bequeath(buffer, count);
      if (owner.closing) return;
      this.#reading = false;
      if (count === null) return owner.endOfStream();
      this.#deliver(protocol, buffer, count);
    }
  }

  #bequeath(buffer: Uint8Array, count: number | null): void {
    this.#heir!.resolve(count === null ? null : buffer.slice(0, count));
  }

  #untilResumed(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** Asks the protocol for memory to read into; `null` if that fails. */
  readonly #borrow = (protocol: StreamProtocol): Uint8Array | null => {
    try {
      const buffer = getBuffer(protocol, -1);
      this.lent = buffer.buffer;
      return buffer;
    } catch (error) {
      this.#fail(error, "get_buffer");
      return null;
    }
  };

  /**
   * Hands bytes over; `lender` was the protocol when the read began. As
   * `runInCallback`, written out: this is where all bytes pass.
   */
  #deliver(lender: StreamProtocol, buffer: Uint8Array, count: number): void {
    const { protocol } = this.#owner;
    const { strand, loop } = running;
    running.strand = null;
    running.loop = this.#owner.loop;
    const data = lender.getBuffer === undefined ? this.#slab.take(count) : null;
    try {
      if (protocol.getBuffer !== undefined) {
        if (lender === protocol) protocol.bufferUpdated?.(count);
        else feed(protocol, data ?? buffer.subarray(0, count));
      } else protocol.dataReceived?.(data ?? buffer.slice(0, count));
    } catch (error) {
      const isPlain = protocol.getBuffer === undefined;
      this.#fail(error, isPlain ? "data_received" : "buffer_updated");
    } finally {
      running.strand = strand;
      running.loop = loop;
    }
  }

  #fail(error: unknown, method: string): void {
    this.#owner.fatalError(
      error,
      `Fatal error: protocol.${method}() call failed.`,
    );
  }
}

/** Copies bytes that were read for another protocol. */
function feed(protocol: StreamProtocol, data: Uint8Array): void {
  for (let rest = data; rest.length > 0;) {
    const buffer = getBuffer(protocol, rest.length);
    const count = Math.min(buffer.length, rest.length);
    buffer.set(rest.subarray(0, count));
    protocol.bufferUpdated?.(count);
    rest = rest.subarray(count);
  }
}

function getBuffer(protocol: StreamProtocol, sizeHint: number): Uint8Array {
  const buffer = protocol.getBuffer!(sizeHint);
  if (buffer.length > 0) return buffer;
  throw new RuntimeError("get_buffer() returned an empty buffer");
}
