import type { Address } from "./byte_channel.ts";
import type { StreamProtocol } from "./protocols.ts";

/** What all transports have in common. */
export interface BaseTransport extends AsyncDisposable {
  /**
   * Tells the address of the peer or of this end.
   *
   * @param name Which of the two.
   * @returns The address, `null` if there is none.
   */
  getExtraInfo(name: "peername" | "sockname"): Address | null;

  /**
   * Tells something about the connection: "peername", "sockname" or "socket",
   * the `Deno.Conn` beneath, which must not be read, written or closed.
   *
   * @param name What is asked for.
   * @param fallback What to return if the transport cannot tell.
   * @returns The answer, or the fallback, which is `null` by default.
   */
  getExtraInfo(name: string, fallback?: unknown): unknown;

  /**
   * Tells whether the transport is closing or closed.
   *
   * @returns Whether `close()` or `abort()` was called or the connection lost.
   */
  isClosing(): boolean;

  /**
   * Stops reading, sends what waits to be written, then closes the connection
   * and calls `connectionLost(null)`. Closing again does nothing.
   */
  close(): void;

  /**
   * Replaces the protocol; the next event goes to the new one.
   *
   * @param protocol The new protocol; its `connectionMade` is not called.
   */
  setProtocol(protocol: StreamProtocol): void;

  /**
   * Returns the protocol in use.
   *
   * @returns The protocol.
   */
  getProtocol(): StreamProtocol;
}

/** A transport that can be read from. */
export interface ReadTransport extends BaseTransport {
  /**
   * Tells whether bytes that arrive are handed to the protocol.
   *
   * @returns `false` while reading is paused, and once the transport closes.
   */
  isReading(): boolean;

  /**
   * Stops handing bytes to the protocol. At most one read is under way then: it
   * is kept back until reading is resumed. Pausing twice is as pausing once.
   */
  pauseReading(): void;

  /** Goes on handing bytes to the protocol. */
  resumeReading(): void;
}

/** A transport that can be written to. */
export interface WriteTransport extends BaseTransport {
  /**
   * Sends bytes, now or as soon as the other side has room; never waits.
   *
   * The bytes may be changed after the call, except those that a transport of
   * this library has read: they are sent as they are then.
   *
   * @param data Bytes, or text which is sent as UTF-8.
   * @throws {TypeError} If the data is neither.
   * @throws {RuntimeError} If `writeEof()` was called.
   */
  write(data: Uint8Array | string): void;

  /**
   * Sends several pieces in one go.
   *
   * @param list The pieces, each as for `write()`.
   * @throws {TypeError} If one of them is neither bytes nor text.
   * @throws {RuntimeError} If `writeEof()` was called.
   */
  writelines(list: Iterable<Uint8Array | string>): void;

  /**
   * Tells the peer, after what waits to be written, that no more will come. The
   * transport can still be read from.
   *
   * @throws {NotImplementedError} If the connection cannot be half closed.
   */
  writeEof(): void;

  /**
   * Tells whether the connection can be half closed.
   *
   * @returns Whether `writeEof()` can be used.
   */
  canWriteEof(): boolean;

  /**
   * Closes the connection at once: what waits to be written is dropped. The
   * protocol is told by `connectionLost(null)`.
   */
  abort(): void;

  /**
   * Returns how many bytes wait to be written.
   *
   * @returns The number of bytes that the other side has not yet taken.
   */
  getWriteBufferSize(): number;

  /**
   * Returns the water marks of writing.
   *
   * @returns The low and the high mark, in bytes.
   */
  getWriteBufferLimits(): [low: number, high: number];

  /**
   * Sets the water marks: the protocol is paused when more than `high` bytes
   * wait to be written, and resumed when at most `low` do.
   *
   * @param high The high mark in bytes, by default 65536, or four times `low`.
   * @param low The low mark in bytes, by default a quarter of `high`.
   * @throws {RangeError} Unless high >= low >= 0.
   */
  setWriteBufferLimits(high?: number | null, low?: number | null): void;
}

/** A connection, as a protocol sees it. */
export interface Transport extends ReadTransport, WriteTransport {}
