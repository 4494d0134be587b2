import type { CoroutineGenerator } from "../loop/awaitables.ts";
import {
  type Coroutine,
  leafOperation,
  operation,
} from "../loop/coroutines.ts";
import { CancelledError } from "../loop/errors.ts";
import { showAsText } from "../loop/inspect.ts";
import { quickOperation } from "../loop/quick_operation.ts";
import { currentLoop, running } from "../loop/running.ts";
import type { Address } from "../transports/byte_channel.ts";
import type { StartTlsOptions } from "../transports/start_tls.ts";
import type { TlsOptions } from "../transports/tls_options.ts";
import type { Transport, WriteTransport } from "../transports/transports.ts";
import { DRAIN, type Drainable } from "./_drain.ts";
import type { StreamReader } from "./stream_reader.ts";
import type { StreamReaderProtocol } from "./stream_reader_protocol.ts";

/** Options of {@linkcode StreamWriter.startTls}. */
export interface StreamStartTlsOptions
  extends Omit<StartTlsOptions, "serverSide"> {}

/**
 * The writing half of a stream.
 *
 * - **Back-pressure:** `write()` never waits; bytes that the peer does not take
 *   use memory. Await `drain()` after writing: it waits while there is too much.
 * - **Closing:** `close()` sends what was written, then closes; `waitClosed()`
 *   waits for that. An `await using` block does both.
 *
 * @example Writing and closing
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const [near, far] = asyncio.memoryChannelPair();
 *   const [reader, other] = await asyncio.openChannel(far);
 *   {
 *     await using writer = (await asyncio.openChannel(near))[1];
 *     writer.write("hello, ");
 *     writer.writelines(["asyncio", "\n"]);
 *     await writer.drain();
 *   }
 *   const text = new TextDecoder().decode(await reader.read());
 *   assert.equal(text, "hello, asyncio\n");
 *   other.close();
 * });
 * ```
 */
export class StreamWriter implements AsyncDisposable {
  readonly #protocol: StreamReaderProtocol;
  readonly #reader: StreamReader | null;
  #transport: WriteTransport;
  #drainable: Drainable;

  static {
    showAsText(this);
  }

  /**
   * Creates a writer; `openConnection()` and its like do.
   *
   * @param transport What to write to.
   * @param protocol The protocol of the transport.
   * @param reader The other half of the stream, whose error `drain()` throws.
   */
  constructor(
    transport: WriteTransport,
    protocol: StreamReaderProtocol,
    reader: StreamReader | null,
  ) {
    this.#transport = transport;
    this.#protocol = protocol;
    this.#reader = reader;
    this.#drainable = { transport, protocol, reader };
    this.#takeOver(transport);
  }

  /** The transport beneath. */
  get transport(): WriteTransport {
    return this.#transport;
  }

  /**
   * Sends bytes, now or as soon as the peer has room; never waits.
   *
   * @param data Bytes, or text which is sent as UTF-8.
   * @throws {TypeError} If the data is neither.
   * @throws {RuntimeError} If `writeEof()` was called.
   */
  write(data: Uint8Array | string): void {
    this.#transport.write(data);
  }

  /**
   * Sends several pieces in one go.
   *
   * @param list The pieces, each as for `write()`.
   * @throws {TypeError} If one of them is neither bytes nor text.
   * @throws {RuntimeError} If `writeEof()` was called.
   */
  writelines(list: Iterable<Uint8Array | string>): void {
    this.#transport.writelines(list);
  }

  /** Tells the peer, after what was written, that no more will come. */
  writeEof(): void {
    this.#transport.writeEof();
  }

  /**
   * Tells whether the connection can be half closed.
   *
   * @returns Whether `writeEof()` can be used.
   */
  canWriteEof(): boolean {
    return this.#transport.canWriteEof();
  }

  /** Sends what was written, then closes the connection, both ways. */
  close(): void {
    this.#transport.close();
  }

  /**
   * Tells whether the stream is closing or closed.
   *
   * @returns Whether `close()` was called or the connection lost.
   */
  isClosing(): boolean {
    return this.#transport.isClosing();
  }

  /**
   * Waits until the connection is gone. Cancelling the wait changes nothing.
   *
   * @returns A coroutine of nothing.
   * @throws The error that ended the connection, if one did.
   */
  waitClosed(): Coroutine<void> {
    return leafOperation(
      "StreamWriter.waitClosed",
      this.#protocol.waitClosed(),
    );
  }

  /**
   * Tells the address of the peer or of this end.
   *
   * @param name Which of the two.
   * @returns The address, `null` if there is none.
   */
  getExtraInfo(name: "peername" | "sockname"): Address | null;
  /**
   * Tells something about the connection, as `getExtraInfo()` of transports.
   *
   * @param name What is asked for.
   * @param fallback What to return if the transport cannot tell.
   * @returns The answer, or the fallback, which is `null` by default.
   */
  getExtraInfo(name: string, fallback?: unknown): unknown;
  getExtraInfo(name: string, fallback: unknown = null): unknown {
    return this.#transport.getExtraInfo(name, fallback);
  }

  /**
   * Waits while more bytes wait to be sent than the high-water mark, until they
   * have come down to the low-water mark. Several tasks may wait. Cancelling the
   * wait changes nothing: what was written is sent.
   *
   * @returns A coroutine of nothing.
   * @throws The error that ended the connection, or a `ConnectionReset`, if the
   * connection is lost.
   */
  drain(): Coroutine<void> {
    return quickOperation(DRAIN, this.#drainable);
  }

  /**
   * Goes on with TLS, after what was written is sent: STARTTLS. On the streams
   * that `startServer()` serves this end is the server, else the client.
   *
   * Bytes that have arrived and were not read yet become part of the handshake:
   * nobody can pass off as encrypted what was sent before. If the handshake
   * fails, or the wait is cancelled, the connection is closed.
   *
   * @param sslcontext How to speak TLS; `true` means with all defaults.
   * @param options The name of the server, for a client, and timeouts.
   * @returns A coroutine of nothing.
   * @throws {RangeError} If the options do not fit together, such as a client
   * without the name of the server.
   * @throws {Deno.errors.InvalidData} If the handshake fails.
   * @throws {Deno.errors.ConnectionAborted} If the handshake takes too long.
   */
  startTls(
    sslcontext: TlsOptions | true,
    options: StreamStartTlsOptions = {},
  ): Coroutine<void> {
    return operation(
      "StreamWriter.startTls",
      this.#startTls(sslcontext, options),
    );
  }

  /**
   * Closes the stream and waits until the connection is gone. How it ended is no
   * matter here: an error has been thrown by the reads and drains before.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return leafOperation("StreamWriter.dispose", this.#waitGone());
  }

  /** Describes the writer, as in reports of the exception handler. */
  toString(): string {
    return `<StreamWriter transport=${this.#transport}>`;
  }

  /** From now on the writer is to be closed, in place of its transport. */
  #takeOver(transport: WriteTransport): void {
    if (running.debugged > 0) currentLoop().unclosed?.handOver(transport, this);
  }

  *#startTls(
    sslcontext: TlsOptions | true,
    options: StreamStartTlsOptions,
  ): CoroutineGenerator<void> {
    const protocol = this.#protocol;
    const reader = this.#reader;
    yield* this.drain();
    const transport = yield* currentLoop().startTls(
      this.#transport as Transport,
      protocol,
      sslcontext,
      { ...options, serverSide: protocol.serverSide },
    );
    this.#transport = transport;
    this.#drainable = { transport, protocol, reader };
    this.#takeOver(transport);
  }

  *#waitGone(): CoroutineGenerator<void> {
    try {
      yield* this.#protocol.waitClosed();
    } catch (error) {
      if (error instanceof CancelledError) throw error;
    }
  }
}
