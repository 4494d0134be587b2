import type { ByteChannel } from "./byte_channel.ts";

/**
 * What the reading half of a transport hands over: bytes that it has read and
 * not delivered, `null` if that was the end, `undefined` if it had nothing.
 */
export type Undelivered = Uint8Array | null | undefined;

/**
 * A channel that one transport has used and another goes on with: what the
 * first one has read and not used up comes first, and what it still has to
 * write goes first.
 */
export class ResumedChannel implements ByteChannel {
  readonly #channel: ByteChannel;
  readonly #flushed: Promise<void>;
  /** What is to be read before the channel is. */
  #unread: Uint8Array;
  #undelivered: Promise<Undelivered> | null;

  /**
   * Creates it.
   *
   * @param channel The channel that changes hands.
   * @param unread Bytes that were delivered, but not used up.
   * @param undelivered What the read brings that is under way.
   * @param flushed Resolves when nothing is left to be written.
   */
  constructor(
    channel: ByteChannel,
    unread: Uint8Array,
    undelivered: Promise<Undelivered>,
    flushed: Promise<void>,
  ) {
    this.#channel = channel;
    this.#unread = unread;
    this.#undelivered = undelivered;
    this.#flushed = flushed;
  }

  get canEnd(): boolean {
    return this.#channel.canEnd;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#unread.length === 0 && this.#undelivered !== null) {
      const bytes = await this.#undelivered;
      if (bytes === null) return null;
      this.#undelivered = null;
      this.#unread = bytes ?? this.#unread;
    }
    const count = Math.min(this.#unread.length, buffer.length);
    if (count === 0) return this.#channel.read(buffer);
    buffer.set(this.#unread.subarray(0, count));
    this.#unread = this.#unread.subarray(count);
    return count;
  }

  async write(data: Uint8Array): Promise<number> {
    await this.#flushed;
    return this.#channel.write(data);
  }

  async end(): Promise<void> {
    await this.#flushed;
    return this.#channel.end();
  }

  async shutdown(): Promise<void> {
    await this.#channel.shutdown?.();
  }

  close(): void {
    this.#channel.close();
  }

  reset(): void {
    this.#channel.reset();
  }

  extraInfo(name: string): unknown {
    return this.#channel.extraInfo(name);
  }
}
