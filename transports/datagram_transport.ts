import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { captureContext, type Context } from "../loop/context.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { RuntimeError } from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { showAsText } from "../loop/inspect.ts";
import { runInCallback } from "../loop/running.ts";
import { toBytes } from "./_bytes.ts";
import { DatagramQueue } from "./_datagram_queue.ts";
import { isFrom, targetOf } from "./_datagram_target.ts";
import { isSystemError } from "./_errors.ts";
import { FlowControl } from "./_flow_control.ts";
import { Latch } from "./_latch.ts";
import type { OpenResources } from "./_open_resources.ts";
import type { NetAddress } from "./byte_channel.ts";
import type { DatagramAddress, DatagramChannel } from "./datagram_channel.ts";
import type { PacketProtocol } from "./datagram_protocol.ts";

/** How many datagrams a closed transport drops without a word. */
const SILENT_LOST_SENDS = 5;

/** What a datagram transport is made of. */
export interface DatagramTransportOptions {
  /** The loop that the protocol is called in. */
  readonly loop: BaseEventLoop;
  /** The socket. */
  readonly channel: DatagramChannel;
  /** What is told of the datagrams. */
  readonly protocol: PacketProtocol;
  /** The only address to talk to, if there is one. */
  readonly remote: NetAddress | null;
  /** Where the loop notes what it must release when it closes. */
  readonly resources: OpenResources;
}

/**
 * Sends datagrams over UDP and hands those that arrive to a protocol; made by
 * `loop.createDatagramEndpoint()`.
 *
 * With a remote address, datagrams from elsewhere are dropped. What the network
 * tells of a peer that does not listen is not told by Deno: no error comes.
 *
 * @example Two sockets
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const loop = asyncio.getRunningLoop();
 *   const local = { hostname: "127.0.0.1", port: 0 };
 *   const arrived = new asyncio.Queue<Uint8Array>();
 *   const [near] = await loop.createDatagramEndpoint(() => ({
 *     datagramReceived: (data: Uint8Array) => arrived.putNowait(data),
 *   }), local);
 *   const [far] = await loop.createDatagramEndpoint(() => ({}), local);
 *   far.sendto("ping", near.getExtraInfo("sockname")!);
 *   assert.equal(new TextDecoder().decode(await arrived.get()), "ping");
 *   near.close();
 *   far.close();
 * });
 * ```
 */
export class DatagramTransport implements AsyncDisposable {
  readonly #loop: BaseEventLoop;
  readonly #channel: DatagramChannel;
  readonly #remote: NetAddress | null;
  readonly #resources: OpenResources;
  readonly #context: Context = captureContext();
  readonly #queue: DatagramQueue;
  readonly #flow: FlowControl;
  readonly #gone: Latch;
  #protocol: PacketProtocol;
  #closing = false;
  #lost = false;
  #lostSends = 0;
  #forgetSignal = () => {};

  static {
    showAsText(this);
  }

  /** Creates a transport that does nothing yet; `begin` starts it.
   * @ignore */
  constructor(options: DatagramTransportOptions) {
    this.#loop = options.loop;
    this.#channel = options.channel;
    this.#protocol = options.protocol;
    this.#remote = options.remote;
    this.#resources = options.resources;
    this.#queue = new DatagramQueue(options.channel, {
      shrank: () => this.#flow.shrank(this.#queue.size),
      drained: () => this.#closing && this.#lose(null),
      sendFailed: (error) => this.#failed(error, "write"),
    });
    this.#flow = new FlowControl({
      pauseWriting: () =>
        this.#callFlow("pause_writing", () => this.#protocol.pauseWriting?.()),
      resumeWriting: () =>
        this.#callFlow(
          "resume_writing",
          () => this.#protocol.resumeWriting?.(),
        ),
    });
    this.#gone = new Latch(this.#loop, "DatagramTransport.dispose");
    this.#resources.add(this);
    this.#loop.unclosed?.add(this, "transport");
  }

  /** Schedules `connectionMade`, then receiving, then waking.
   * @ignore */
  begin(waiter: Future<void>): void {
    this.#schedule(() => {
      try {
        this.#protocol.connectionMade?.(this);
      } finally {
        if (!this.#closing) this.#start();
        if (!waiter.done()) waiter.setResult();
      }
    });
  }

  /** Closes the transport when a signal aborts.
   * @ignore */
  closeOn(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const close = () => this.close();
    signal.addEventListener("abort", close);
    this.#forgetSignal = () => signal.removeEventListener("abort", close);
  }

  /**
   * Tells the address of the socket, or the only one it talks to.
   *
   * @param name Which of the two.
   * @returns The address, `null` if there is none.
   */
  getExtraInfo(name: "sockname" | "peername"): NetAddress | null;
  /**
   * Tells something about the socket: "sockname", "peername" or "socket", which
   * is a socket of `node:dgram` or a `Deno.DatagramConn`.
   *
   * @param name What is asked for.
   * @param fallback What to return if the transport cannot tell.
   * @returns The answer, or the fallback, which is `null` by default.
   */
  getExtraInfo(name: string, fallback?: unknown): unknown;
  getExtraInfo(name: string, fallback: unknown = null): unknown {
    switch (name) {
      case "sockname":
        return this.#channel.address;
      case "peername":
        return this.#remote ?? fallback;
      case "socket":
        return this.#channel.socket;
      default:
        return fallback;
    }
  }

  /**
   * Sends a datagram, now or as soon as the system can take it; never waits. An
   * empty one is sent too. That it cannot be sent, as when it is too long, is
   * told by `errorReceived()`.
   *
   * @param data Bytes, or text which is sent as UTF-8.
   * @param address Where to; may be left out if there is a remote address.
   * @throws {TypeError} If the data is neither, or there is no address.
   * @throws {RangeError} If the address is not the remote one, or the port none.
   */
  sendto(data: Uint8Array | string, address?: DatagramAddress | null): void {
    this.send(data, address);
  }

  /** As `sendto`, and tells the caller how it went.
   * @ignore */
  send(
    data: Uint8Array | string,
    address?: DatagramAddress | null,
    sent?: (error: unknown) => void,
  ): void {
    const bytes = toBytes(data);
    const target = targetOf(this.#remote, address);
    if (this.#closing) {
      this.#noteLostSend();
      return sent?.(new RuntimeError("Cannot send: the endpoint is closed"));
    }
    this.#queue.push(bytes, target, sent);
    this.#flow.grew(this.#queue.size);
  }

  /**
   * Joins a multicast group: datagrams sent to it arrive here too.
   *
   * @param group The numeric address of the group.
   * @param interfaceAddress The interface, by default the system's choice.
   * @returns A coroutine of nothing.
   */
  joinMulticast(group: string, interfaceAddress?: string): Coroutine<void> {
    return operation(
      "DatagramTransport.joinMulticast",
      settled(() => this.#channel.join(group, interfaceAddress)),
    );
  }

  /**
   * Leaves a multicast group.
   *
   * @param group The numeric address of the group.
   * @param interfaceAddress As it was joined with.
   * @returns A coroutine of nothing.
   */
  leaveMulticast(group: string, interfaceAddress?: string): Coroutine<void> {
    return operation(
      "DatagramTransport.leaveMulticast",
      settled(() => this.#channel.leave(group, interfaceAddress)),
    );
  }

  /** Tells whether the transport is closing or closed. */
  isClosing(): boolean {
    return this.#closing;
  }

  /** Stops receiving, sends what waits, then calls `connectionLost(null)`. */
  close(): void {
    if (this.#closing) return;
    this.#beginClosing();
    if (this.#queue.idle) this.#lose(null);
  }

  /** Closes at once: what waits to be sent is dropped. */
  abort(): void {
    this.#forceClose(null);
  }

  /** Returns how many bytes wait to be sent, with 8 for each header. */
  getWriteBufferSize(): number {
    return this.#queue.size;
  }

  /** Returns the water marks of sending, in bytes. */
  getWriteBufferLimits(): [low: number, high: number] {
    return this.#flow.limits;
  }

  /**
   * Sets the water marks of sending, as those of stream transports.
   *
   * @param high The high mark in bytes, by default 65536, or four times `low`.
   * @param low The low mark in bytes, by default a quarter of `high`.
   * @throws {RangeError} Unless high >= low >= 0.
   */
  setWriteBufferLimits(high?: number | null, low?: number | null): void {
    this.#flow.setLimits(high, low);
    this.#flow.grew(this.#queue.size);
  }

  /** Replaces the protocol; its `connectionMade` is not called. */
  setProtocol(protocol: PacketProtocol): void {
    this.#protocol = protocol;
  }

  /** Returns the protocol in use. */
  getProtocol(): PacketProtocol {
    return this.#protocol;
  }

  /** Closes the transport and waits until it is gone. */
  [Symbol.asyncDispose](): PromiseLike<void> {
    this.close();
    return operation("DatagramTransport.dispose", this.#gone.wait());
  }

  /** Lets go of the socket without telling anybody: the loop closes.
   * @ignore */
  release(): void {
    this.#closing = true;
    this.#lost = true;
    this.#queue.clear();
    this.#leave();
  }

  /** Describes the transport, as in reports of the exception handler. */
  toString(): string {
    const { hostname, port } = this.#channel.address;
    const state = this.#closing ? "closing" : "open";
    return `<DatagramTransport ${state} ${hostname}:${port}>`;
  }

  #start(): void {
    this.#channel.start({
      received: (data, address) => this.#received(data, address),
      failed: (error) => this.#failed(error, "read"),
    });
  }

  #received(data: Uint8Array, address: NetAddress): void {
    if (this.#closing || !isFrom(this.#remote, address)) return;
    this.#context(runInCallback, this.#loop, () => {
      this.#guard("datagramReceived", () => {
        this.#protocol.datagramReceived?.(data, address);
      });
    });
  }

  #failed(error: unknown, action: "read" | "write"): void {
    if (this.#lost) return;
    if (isSystemError(error)) {
      this.#context(runInCallback, this.#loop, () => {
        this.#guard("errorReceived", () => {
          this.#protocol.errorReceived?.(error as Error);
        });
      });
      return;
    }
    this.#report(`Fatal ${action} error on datagram transport`, error);
    this.#forceClose(error as Error);
  }

  /** A protocol that fails is reported; the transport goes on. */
  #guard(method: string, call: () => void): void {
    try {
      call();
    } catch (exception) {
      this.#report(`Exception in callback ${method}()`, exception);
    }
  }

  #callFlow(method: string, call: () => void): void {
    try {
      this.#context(runInCallback, this.#loop, call);
    } catch (exception) {
      this.#report(`protocol.${method}() failed`, exception);
    }
  }

  #report(message: string, exception: unknown): void {
    const protocol = this.#protocol;
    const context = { message, exception, transport: this, protocol };
    this.#loop.callExceptionHandler(context);
  }

  #noteLostSend(): void {
    if (++this.#lostSends >= SILENT_LOST_SENDS) {
      console.warn("socket.send() raised exception.");
    }
  }

  #beginClosing(): void {
    this.#closing = true;
    this.#loop.unclosed?.delete(this);
  }

  #forceClose(error: Error | null): void {
    this.#beginClosing();
    this.#queue.clear();
    this.#lose(error);
  }

  #lose(error: Error | null): void {
    if (this.#lost) return;
    this.#lost = true;
    if (this.#loop.isClosed()) return this.#leave();
    this.#schedule(() => {
      try {
        this.#protocol.connectionLost?.(error);
      } finally {
        this.#leave();
      }
    });
  }

  #leave(): void {
    if (this.#gone.opened) return;
    this.#forgetSignal();
    this.#channel.close();
    this.#resources.delete(this);
    this.#gone.open();
  }

  #schedule(callback: () => void): void {
    this.#context(() => this.#loop.callSoon(callback));
  }
}

function* settled(start: () => Promise<void>): CoroutineGenerator<void> {
  yield* wrapFuture(start());
}
