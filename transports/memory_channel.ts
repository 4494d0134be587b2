import { MemoryPipe } from "./_memory_pipe.ts";
import type { ByteChannel } from "./byte_channel.ts";

/** How many bytes a direction holds before writing has to wait. */
const DEFAULT_CAPACITY = 64 * 1024;

/** Options of {@linkcode memoryChannelPair}. */
export interface MemoryChannelPairOptions {
  /** How many bytes each direction holds, by default 65536. */
  capacity?: number;
}

/**
 * Creates two byte channels that are connected to each other in memory: what
 * is written to one is read from the other. They behave as the two ends of a
 * TCP connection, but need no permission and work on any event loop.
 *
 * @param options How many bytes each direction holds.
 * @returns The two ends, for `connectChannel()` or `openChannel()`.
 * @throws {RangeError} If the capacity is not a positive integer.
 *
 * @example A connection without a network
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const [near, far] = asyncio.memoryChannelPair();
 *   const [reader] = await asyncio.openChannel(near);
 *   const [, writer] = await asyncio.openChannel(far);
 *   writer.write("over");
 *   writer.close();
 *   assert.equal(new TextDecoder().decode(await reader.read()), "over");
 * }, { loopFactory: () => new asyncio.VirtualTimeEventLoop() });
 * ```
 */
export function memoryChannelPair(
  options: MemoryChannelPairOptions = {},
): [ByteChannel, ByteChannel] {
  const { capacity = DEFAULT_CAPACITY } = options;
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new RangeError(
      "Cannot create channels: capacity must be a positive integer, " +
        `received ${capacity}`,
    );
  }
  const there = new MemoryPipe(capacity);
  const back = new MemoryPipe(capacity);
  return [new MemoryChannel(back, there), new MemoryChannel(there, back)];
}

/** One end of a pair in memory. */
class MemoryChannel implements ByteChannel {
  readonly canEnd = true;
  readonly #incoming: MemoryPipe;
  readonly #outgoing: MemoryPipe;

  constructor(incoming: MemoryPipe, outgoing: MemoryPipe) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#incoming.read(buffer);
  }

  write(data: Uint8Array): Promise<number> {
    return this.#outgoing.write(data);
  }

  end(): Promise<void> {
    this.#outgoing.end();
    return Promise.resolve();
  }

  close(): void {
    this.#outgoing.closeWriter();
    this.#incoming.closeReader();
  }

  reset(): void {
    this.#outgoing.breakOff();
    this.#incoming.closeReader();
  }

  extraInfo(_name: string): undefined {}
}
