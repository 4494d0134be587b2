import type { Transport } from "./transports.ts";

/**
 * What a stream transport calls. Every method may be left out, so that an
 * object literal with the methods it needs is a protocol too.
 *
 * A transport calls `connectionMade` once, then `dataReceived` any number of
 * times (or, if there is a `getBuffer`, `getBuffer` and `bufferUpdated`), then
 * `eofReceived` at most once, then `connectionLost` once. All of them are called
 * outside any task, in the async context in which the connection was created.
 */
export interface StreamProtocol {
  /** Called when the connection is there. */
  connectionMade?(transport: Transport): void;
  /** Called with bytes that arrived; the protocol may keep them. */
  dataReceived?(data: Uint8Array): void;
  /** Called for a buffer to read into; it must not be empty. */
  getBuffer?(sizeHint: number): Uint8Array;
  /** Called when bytes were read into the buffer. */
  bufferUpdated?(count: number): void;
  /** Called when the peer will send no more; `true` keeps the transport open. */
  eofReceived?(): boolean | null | undefined | void;
  /** Called when more is waiting to be written than the high-water mark. */
  pauseWriting?(): void;
  /** Called when what is waiting has come down to the low-water mark. */
  resumeWriting?(): void;
  /** Called when the connection is gone, with the error if one ended it. */
  connectionLost?(error: Error | null): void;
}

/** Makes the protocol of a new connection. */
export type ProtocolFactory<P extends StreamProtocol = StreamProtocol> = () =>
  P;

/**
 * The base of all protocols: methods that do nothing, to be overridden.
 *
 * @example A protocol that counts its connections
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * let open = 0;
 * class Counting extends asyncio.BaseProtocol {
 *   override connectionMade() {
 *     open++;
 *   }
 *   override connectionLost() {
 *     open--;
 *   }
 * }
 * await asyncio.run(async () => {
 *   const [channel] = asyncio.memoryChannelPair();
 *   const [transport] = await asyncio.connectChannel(
 *     () => new Counting(),
 *     channel,
 *   );
 *   assert.equal(open, 1);
 *   transport.abort();
 *   await asyncio.sleep(0);
 *   assert.equal(open, 0);
 * });
 * ```
 */
export class BaseProtocol {
  /**
   * Called once, when the connection is there.
   *
   * @param _transport The transport of the connection.
   */
  connectionMade(_transport: Transport): void {}

  /**
   * Called once, when the connection is gone.
   *
   * @param _error What ended it; `null` after an end of stream, `close()` or
   * `abort()`.
   */
  connectionLost(_error: Error | null): void {}

  /**
   * Called, from within `write()`, when more bytes wait to be written than the
   * high-water mark. Whoever goes on writing is not stopped, but uses memory.
   */
  pauseWriting(): void {}

  /** Called when the bytes that wait have come down to the low-water mark. */
  resumeWriting(): void {}
}

/**
 * A protocol that is handed the bytes of a stream as they arrive.
 *
 * @example Echoing what arrives
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * class Echo extends asyncio.Protocol {
 *   #transport!: asyncio.Transport;
 *   override connectionMade(transport: asyncio.Transport) {
 *     this.#transport = transport;
 *   }
 *   override dataReceived(data: Uint8Array) {
 *     this.#transport.write(data);
 *   }
 * }
 * await asyncio.run(async () => {
 *   const [near, far] = asyncio.memoryChannelPair();
 *   await asyncio.connectChannel(() => new Echo(), near);
 *   const [reader, writer] = await asyncio.openChannel(far);
 *   writer.write("hello\n");
 *   assert.deepEqual(
 *     await reader.readline(),
 *     new TextEncoder().encode("hello\n"),
 *   );
 *   writer.close();
 * });
 * ```
 */
export class Protocol extends BaseProtocol {
  /**
   * Called with bytes that arrived. They are the protocol's to keep.
   *
   * @param _data At least one byte; how many is up to the network.
   */
  dataReceived(_data: Uint8Array): void {}

  /**
   * Called when the peer will send no more.
   *
   * @returns `true` to keep the transport open for writing; anything else
   * closes it.
   */
  eofReceived(): boolean | null | undefined | void {}
}

/**
 * A protocol that provides the memory to read into: no copy, no allocation.
 *
 * Since a read is under way whenever nothing has arrived, `getBuffer()` is
 * called before the bytes are there, as soon as the transport goes on reading.
 *
 * @example Collecting into one buffer
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * class Collect extends asyncio.BufferedProtocol {
 *   readonly bytes = new Uint8Array(16);
 *   length = 0;
 *   override getBuffer() {
 *     return this.bytes.subarray(this.length);
 *   }
 *   override bufferUpdated(count: number) {
 *     this.length += count;
 *   }
 * }
 * await asyncio.run(async () => {
 *   const [near, far] = asyncio.memoryChannelPair();
 *   const [transport, { bytes }] = await asyncio.connectChannel(
 *     () => new Collect(),
 *     near,
 *   );
 *   await far.write(new TextEncoder().encode("hello"));
 *   await asyncio.sleep(0.01);
 *   assert.equal(new TextDecoder().decode(bytes.subarray(0, 5)), "hello");
 *   transport.abort();
 * });
 * ```
 */
export class BufferedProtocol extends BaseProtocol {
  /**
   * Called for the memory to read into.
   *
   * @param _sizeHint How much is wanted; -1 if any size will do.
   * @returns A buffer that is not empty; it is the transport's until
   * `bufferUpdated()` or `connectionLost()` is called. What is written from it
   * is not copied: leave those bytes alone until the next `getBuffer()`.
   */
  getBuffer(_sizeHint: number): Uint8Array {
    return new Uint8Array(0);
  }

  /**
   * Called when bytes were read into the buffer.
   *
   * @param _count How many, from the start of the buffer.
   */
  bufferUpdated(_count: number): void {}

  /**
   * Called when the peer will send no more.
   *
   * @returns `true` to keep the transport open for writing; anything else
   * closes it.
   */
  eofReceived(): boolean | null | undefined | void {}
}
