import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { captureContext, type Context } from "../loop/context.ts";
import { operation } from "../loop/coroutines.ts";
import { NotImplementedError, RuntimeError } from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { showAsText } from "../loop/inspect.ts";
import { runInCallback } from "../loop/running.ts";
import { toBytes } from "./_bytes.ts";
import { isSystemError } from "./_errors.ts";
import { FlowControl } from "./_flow_control.ts";
import { Inbound } from "./_inbound.ts";
import type { OpenResource, OpenResources } from "./_open_resources.ts";
import { Outbound } from "./_outbound.ts";
import { isInSlab } from "./_read_slab.ts";
import type { Address, ByteChannel } from "./byte_channel.ts";
import type { StreamProtocol } from "./protocols.ts";
import type { Transport } from "./transports.ts";

/** How many writes to a lost connection are dropped without a word. */
const SILENT_LOST_WRITES = 5;

/** Who is told when a transport comes and goes: a server. */
export interface TransportKeeper {
  /** A connection was made. */
  attach(transport: StreamTransport): void;
  /** A connection is gone. */
  detach(transport: StreamTransport): void;
}

/** What a stream transport is made of. */
export interface StreamTransportOptions {
  /** The loop that the protocol is called in. */
  readonly loop: BaseEventLoop;
  /** The way bytes go in and out. */
  readonly channel: ByteChannel;
  /** What is told of the bytes. */
  readonly protocol: StreamProtocol;
  /** What the protocol's calls run in, by default the caller's. */
  readonly context?: Context | undefined;
  /** The server that accepted the connection. */
  readonly keeper?: TransportKeeper | undefined;
  /** Where the loop notes what it must release when it closes. */
  readonly resources?: OpenResources | undefined;
}

/**
 * The transport of every kind of connection, over a byte channel.
 *
 * | state   | entered by                           | and left for            |
 * |---------|--------------------------------------|-------------------------|
 * | open    | `begin`                              | closing, lost           |
 * | closing | `close`, the end of the stream       | lost, once all is sent  |
 * | lost    | `abort`, an error, all is sent       | gone, through the loop  |
 * | gone    | `connectionLost`                     |                         |
 */
export class StreamTransport implements Transport, OpenResource {
  /** The loop that the protocol is called in. */
  readonly loop: BaseEventLoop;
  /** What is told of the bytes. */
  protocol: StreamProtocol;
  /** Whether the protocol must not be handed anything any more. */
  closing = false;
  readonly #channel: ByteChannel;
  readonly #keeper: TransportKeeper | undefined;
  readonly #resources: OpenResources | undefined;
  readonly #context: Context;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #flow: FlowControl;
  /** Whether `write` may send: no end was written, nothing is lost. */
  #writable = true;
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
    this.#context = options.context ?? captureContext();
    this.#keeper = options.keeper;
    this.#resources = options.resources;
    this.#inbound = new Inbound(options.channel, this);
    this.#outbound = new Outbound(options.channel, this);
    this.#flow = new FlowControl(this);
    this.#resources?.add(this);
    this.loop.unclosed?.add(this, "transport");
    this.#keeper?.attach(this);
  }

  /**
   * Schedules `connectionMade`, then reading, then the waking of `waiter`: no
   * bytes come before the first, and the creator goes on after it.
   */
  begin(waiter?: Future<void>): void {
    this.#schedule(() => {
      try {
        this.protocol.connectionMade?.(this);
      } finally {
        this.#inbound.run();
        if (waiter?.done() === false) waiter.setResult();
      }
    });
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
    if (this.#outbound.idle) this.#lose(null);
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
    if (!keepOpen || !this.#channel.canEnd) this.close();
  }

  /** Fewer bytes wait to be written than before. */
  shrank(): void {
    this.#flow.shrank(this.#outbound.size);
  }

  /** Nothing waits to be written any more. */
  drained(): void {
    if (this.closing) this.#lose(null);
  }

  /** The channel takes no more. */
  writeFailed(error: unknown): void {
    this.fatalError(error, "Fatal write error on socket transport");
  }

  /** Calls `pauseWriting` of the protocol. */
  pauseWriting(): void {
    this.#callFlow("pause_writing", () => this.protocol.pauseWriting?.());
  }

  /** Calls `resumeWriting` of the protocol. */
  resumeWriting(): void {
    this.#callFlow("resume_writing", () => this.protocol.resumeWriting?.());
  }

  /** Ends the connection with an error, reported unless it is the system's. */
  fatalError(exception: unknown, message: string): void {
    if (!isSystemError(exception)) {
      const { protocol } = this;
      this.loop.callExceptionHandler({
        message,
        exception,
        transport: this,
        protocol,
      });
    }
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

  #schedule(callback: () => void): void {
    this.#context(() => this.loop.callSoon(callback));
  }

  #callFlow(method: string, call: () => void): void {
    try {
      this.#context(runInCallback, this.loop, call);
    } catch (exception) {
      const { protocol } = this;
      this.loop.callExceptionHandler({
        message: `protocol.${method}() failed`,
        exception,
        transport: this,
        protocol,
      });
    }
  }

  /** Handles a write after the end, or to a connection that is lost. */
  #refuse({ length }: { readonly length: number }): void {
    if (this.#outbound.ended) {
      throw new RuntimeError("Cannot write: writeEof() was called");
    }
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

  #lose(error: Error | null): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#writable = false;
    if (this.loop.isClosed()) this.#leave();
    else this.#schedule(() => this.#callConnectionLost(error));
  }

  #callConnectionLost(error: Error | null): void {
    if (this.#gone) return;
    try {
      this.protocol.connectionLost?.(error);
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    if (this.#aborted) this.#channel.reset();
    else this.#channel.close();
    this.#resources?.delete(this);
    this.#keeper?.detach(this);
    for (const disposer of this.#disposers) {
      if (!disposer.done()) disposer.setResult();
    }
  }

  *#waitGone(): CoroutineGenerator<void> {
    if (this.#gone) return;
    const disposer = this.loop.createFuture<void>();
    this.#disposers.push(disposer);
    yield* disposer;
  }
}
