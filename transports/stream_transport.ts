import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { operation } from "../loop/coroutines.ts";
import { NotImplementedError, RuntimeError } from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { showAsText } from "../loop/inspect.ts";
import { runInCallback } from "../loop/running.ts";
import { toBytes } from "./_bytes.ts";
import { isSystemError } from "./_errors.ts";
import { FlowControl } from "./_flow_control.ts";
import { Inbound } from "./_inbound.ts";
import type { OpenResource } from "./_open_resources.ts";
import { Outbound } from "./_outbound.ts";
import { ProtocolCalls } from "./_protocol_calls.ts";
import { isInSlab } from "./_read_slab.ts";
import { ResumedChannel } from "./_resumed_channel.ts";
import { handshakeReport } from "./_tls_errors.ts";
import type { Address, ByteChannel } from "./byte_channel.ts";
import type { StreamProtocol } from "./protocols.ts";
import type { StreamTransportOptions } from "./stream_transport_options.ts";
import type { Transport } from "./transports.ts";

/** How many writes to a lost connection are dropped without a word. */
const SILENT_LOST_WRITES = 5;

/**
 * The transport of every kind of connection, over a byte channel.
 *
 * | state   | entered by                         | and left for               |
 * |---------|------------------------------------|----------------------------|
 * | shaking | `begin`, if there is a handshake   | open, lost                 |
 * | open    | `begin`, the end of the handshake  | closing, lost, gone        |
 * | closing | `close`, the end of the stream     | parting, once all is sent  |
 * | parting | all is sent                        | lost, once the peer agrees |
 * | lost    | `abort`, an error, the peer agrees | gone, through the loop     |
 * | gone    | `connectionLost`, `handOver`       |                            |
 */
export class StreamTransport implements Transport, OpenResource {
  /** The loop that the protocol is called in. */
  readonly loop: BaseEventLoop;
  /** What is told of the bytes. */
  protocol: StreamProtocol;
  /** Whether the protocol must not be handed anything any more. */
  closing = false;
  readonly #channel: ByteChannel;
  readonly #options: StreamTransportOptions;
  readonly #calls: ProtocolCalls;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #flow: FlowControl;
  /** Whether the protocol knows of the connection, and must know of its end. */
  #made: boolean;
  #shaking = false;
  /** Whether `write` may send: no end was written, nothing is lost. */
  #writable = true;
  /** Why `write` must not be called, if it must not. */
  #refusal: string | null = null;
  #lost = false;
  #gone = false;
  #aborted = false;
  #lostWrites = 0;
  #disposers: Future<void>[] = [];

  static {
    showAsText(this);
  }

  /** Creates a transport that does nothing yet; `begin` starts it. */
  constructor(options: StreamTransportOptions) {
    this.loop = options.loop;
    this.protocol = options.protocol;
    this.#channel = options.channel;
    this.#options = options;
    this.#calls = new ProtocolCalls(this, options.context);
    this.#inbound = new Inbound(options.channel, this);
    this.#outbound = new Outbound(options.channel, this);
    this.#flow = new FlowControl(this, options.channel.writeHighWater);
    this.#made = options.isMade ?? false;
    options.resources?.add(this);
    this.loop.unclosed?.add(this, "transport", options.keeper?.server);
    options.keeper?.attach(this);
  }

  /**
   * Waits for the channel's handshake, if it has one. Then schedules
   * `connectionMade`, then reading, then the waking of `waiter`: no bytes come
   * before the first, and the creator goes on after it.
   */
  begin(waiter?: Future<void>): void {
    const handshake = this.#channel.handshake?.();
    if (handshake === undefined) return this.#start(waiter);
    this.#shaking = true;
    handshake.then(() => {
      this.#shaking = false;
      if (!this.#lost) this.#start(waiter);
    }, (error) => this.#handshakeFailed(error, waiter));
  }

  /**
   * Gives the channel to a new transport, which speaks through a channel made
   * of it. This one can do nothing any more.
   *
   * @param unread Bytes that the protocol has received but not used.
   */
  handOver(
    protocol: StreamProtocol,
    unread: Uint8Array,
    wrap: (channel: ByteChannel) => ByteChannel,
  ): StreamTransport {
    this.#beginClosing();
    this.#writable = false;
    this.#refusal = "Cannot write: startTls() has replaced the transport";
    const undelivered = this.#inbound.handOver();
    const flushed = this.#outbound.handOver();
    const heir = new StreamTransport({
      ...this.#options,
      channel: wrap(
        new ResumedChannel(this.#channel, unread, undelivered, flushed),
      ),
      protocol,
      context: this.#calls.context,
      isMade: true,
    });
    this.#lost = true;
    this.#forget();
    return heir;
  }

  getExtraInfo(name: "peername" | "sockname"): Address | null;
  getExtraInfo(name: string, fallback?: unknown): unknown;
  getExtraInfo(name: string, fallback: unknown = null): unknown {
    return this.#channel.extraInfo(name) ?? fallback;
  }

  isClosing(): boolean {
    return this.closing;
  }

  setProtocol(protocol: StreamProtocol): void {
    this.protocol = protocol;
  }

  getProtocol(): StreamProtocol {
    return this.protocol;
  }

  isReading(): boolean {
    return !this.closing && !this.#inbound.paused;
  }

  pauseReading(): void {
    if (!this.closing) this.#inbound.pause();
  }

  resumeReading(): void {
    if (!this.closing) this.#inbound.resume();
  }

  write(data: Uint8Array | string): void {
    const bytes = toBytes(data);
    if (!this.#writable) return this.#refuse(bytes);
    if (bytes.length === 0) return;
    if (this.#inbound.lent === bytes.buffer) this.#outbound.writeLent(bytes);
    else {
      const stable = typeof data === "string" || isInSlab(bytes);
      this.#outbound.write(bytes, stable);
    }
    this.#flow.grew(this.#outbound.size);
  }

  writelines(list: Iterable<Uint8Array | string>): void {
    const pieces = Array.from(list, toBytes).filter(({ length }) => length > 0);
    if (!this.#writable) return this.#refuse(pieces);
    if (pieces.length === 0) return;
    for (const bytes of pieces) this.#outbound.enqueue(bytes, isInSlab(bytes));
    this.#outbound.flush();
    this.#flow.grew(this.#outbound.size);
  }

  writeEof(): void {
    if (!this.canWriteEof()) {
      throw new NotImplementedError(
        "Cannot write end of stream: this transport cannot be half closed",
      );
    }
    if (this.closing) return;
    this.#writable = false;
    this.#refusal = "Cannot write: writeEof() was called";
    this.#outbound.end();
  }

  canWriteEof(): boolean {
    return this.#channel.canEnd;
  }

  /** Whether the protocol was told to pause writing. */
  get writingPaused(): boolean {
    return this.#flow.paused;
  }

  getWriteBufferSize(): number {
    return this.#outbound.size;
  }

  getWriteBufferLimits(): [low: number, high: number] {
    return this.#flow.limits;
  }

  setWriteBufferLimits(high?: number | null, low?: number | null): void {
    this.#flow.setLimits(high, low);
    this.#flow.grew(this.#outbound.size);
  }

  close(): void {
    if (this.closing) return;
    this.#beginClosing();
    this.#inbound.resume();
    if (this.#outbound.idle) this.#part();
  }

  abort(): void {
    if (!this.#lost) this.#aborted = true;
    this.#forceClose(null);
  }

  /** Closes the transport and waits until it is gone. */
  [Symbol.asyncDispose](): PromiseLike<void> {
    this.close();
    return operation("Transport.dispose", this.#waitGone());
  }

  /** Whether memory that the protocol lent is being written from. */
  get holdsLent(): boolean {
    return this.#outbound.holdsLent;
  }

  /** Waits until it is not. */
  untilReturned(): Promise<void> {
    return this.#outbound.untilReturned();
  }

  /** The peer will send no more. */
  endOfStream(): void {
    let keepOpen: unknown;
    try {
      keepOpen = runInCallback(this.loop, () => this.protocol.eofReceived?.());
    } catch (error) {
      return this.fatalError(
        error,
        "Fatal error: protocol.eof_received() call failed.",
      );
    }
    if (keepOpen && this.#channel.canEnd) return;
    if (keepOpen) this.#calls.warnOfEnd(this.#channel);
    this.close();
  }

  /** Fewer bytes wait to be written than before. */
  shrank(): void {
    this.#flow.shrank(this.#outbound.size);
  }

  /** Nothing waits to be written any more. */
  drained(): void {
    if (this.closing) this.#part();
  }

  /** The channel takes no more. */
  writeFailed(error: unknown): void {
    this.fatalError(error, "Fatal write error on socket transport");
  }

  /** Calls `pauseWriting` of the protocol. */
  pauseWriting(): void {
    this.#calls.flow("pause_writing", () => this.protocol.pauseWriting?.());
  }

  /** Calls `resumeWriting` of the protocol. */
  resumeWriting(): void {
    this.#calls.flow("resume_writing", () => this.protocol.resumeWriting?.());
  }

  /** Ends the connection with an error, reported unless it is the system's. */
  fatalError(exception: unknown, message: string): void {
    if (!isSystemError(exception)) this.#calls.report(message, exception);
    this.#forceClose(exception as Error);
  }

  /** Lets go of the channel without telling the protocol: the loop closes. */
  release(): void {
    this.closing = true;
    this.#lost = true;
    this.#writable = false;
    this.#outbound.clear();
    this.#inbound.resume();
    this.#leave();
  }

  /** Describes the transport, as in reports of the exception handler. */
  toString(): string {
    const state = this.#gone ? "closed" : this.closing ? "closing" : "open";
    return `<StreamTransport ${state} write_bufsize=${this.#outbound.size}>`;
  }

  #start(waiter: Future<void> | undefined): void {
    this.#calls.soon(() => {
      const wasMade = this.#made;
      this.#made = true;
      try {
        if (!wasMade) this.protocol.connectionMade?.(this);
      } finally {
        this.#inbound.run();
        if (waiter?.done() === false) waiter.setResult();
      }
    });
  }

  /** Tells whoever waits, else the exception handler; never the protocol. */
  #handshakeFailed(error: unknown, waiter: Future<void> | undefined): void {
    if (this.#lost) return;
    if (waiter === undefined) this.#calls.report(handshakeReport(error), error);
    else if (!waiter.done()) waiter.setException(error);
    this.#forceClose(error as Error);
  }

  /** Handles a write after the end, or to a connection that is lost. */
  #refuse({ length }: { readonly length: number }): void {
    if (this.#refusal !== null) throw new RuntimeError(this.#refusal);
    if (length > 0 && ++this.#lostWrites >= SILENT_LOST_WRITES) {
      console.warn("socket.send() raised exception.");
    }
  }

  #beginClosing(): void {
    this.closing = true;
    this.loop.unclosed?.delete(this);
  }

  #forceClose(error: Error | null): void {
    if (this.#lost) return;
    this.#beginClosing();
    this.#outbound.clear();
    this.#inbound.resume();
    this.#lose(error);
  }

  /** Takes leave of the peer, where that takes more than closing. */
  #part(): void {
    const channel = this.#channel;
    if (channel.shutdown === undefined || this.#shaking || this.#lost) {
      return this.#lose(null);
    }
    this.#writable = false;
    channel.shutdown().then(
      () => this.#lose(null),
      (error) => this.#forceClose(error),
    );
  }

  #lose(error: Error | null): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#writable = false;
    if (this.loop.isClosed()) this.#leave();
    else this.#calls.soon(() => this.#callConnectionLost(error));
  }

  #callConnectionLost(error: Error | null): void {
    if (this.#gone) return;
    try {
      if (this.#made) this.protocol.connectionLost?.(error);
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    if (this.#gone) return;
    if (this.#aborted) this.#channel.reset();
    else this.#channel.close();
    this.#forget();
  }

  #forget(): void {
    this.#gone = true;
    this.#options.resources?.delete(this);
    this.#options.keeper?.detach(this);
    for (const disposer of this.#disposers) {
      if (!disposer.done()) disposer.setResult();
    }
  }

  *#waitGone(): CoroutineGenerator<void> {
    if (this.#gone) return;
    const disposer = this.loop.createFuture<void>()
      .named("Transport.dispose");
    this.#disposers.push(disposer);
    yield* disposer;
  }
}
