import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import type { Context } from "../loop/context.ts";
import type { TimerHandle } from "../loop/handles.ts";
import { runInCallback } from "../loop/running.ts";
import { captureContext } from "../loop/context.ts";
import { isAbortedConnection, isExhaustion } from "./_errors.ts";
import type { OpenResources } from "./_open_resources.ts";
import type { Address, ByteChannel, ByteListener } from "./byte_channel.ts";
import type { ProtocolFactory } from "./protocols.ts";
import { StreamTransport } from "./stream_transport.ts";

/** How long accepting pauses after a failure, in seconds. */
const ACCEPT_RETRY_DELAY = 1;

/** What an acceptor works with. */
export interface AcceptorOptions {
  /** The server that accepts. */
  readonly server: object;
  /** The loop that calls the protocols. */
  readonly loop: BaseEventLoop;
  /** Where connections come from. */
  readonly listeners: readonly ByteListener[];
  /** Makes the protocol of each connection. */
  readonly protocolFactory: ProtocolFactory;
  /** Where the loop notes what it must release when it closes. */
  readonly resources: OpenResources | undefined;
  /** Called when the last connection, or the last listener, is gone. */
  readonly emptied: () => void;
}

/** Accepts the connections of a server, and knows those that are open. */
export class Acceptor {
  /** The transports of the connections that are open. */
  readonly clients: Set<StreamTransport> = new Set();
  readonly #options: AcceptorOptions;
  readonly #retries = new Map<TimerHandle, () => void>();
  #context: Context | undefined;
  /** How many listeners are being accepted from. */
  #accepting = 0;
  #closed = false;

  /** Creates an acceptor; `start` makes it accept. */
  constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  /** The server that accepts. */
  get server(): object {
    return this.#options.server;
  }

  /** Whether nothing is left: no connection, and no pending `accept`. */
  get empty(): boolean {
    return this.clients.size === 0 && this.#accepting === 0;
  }

  /** Where connections come from. */
  get addresses(): readonly Address[] {
    return this.#options.listeners.map(({ address }) => address);
  }

  /** Accepts from every listener, in the caller's async context. */
  start(): void {
    const context = captureContext();
    this.#context = context;
    for (const listener of this.#options.listeners) {
      context(() => this.#accept(listener));
    }
  }

  /** Stops listening. */
  close(): void {
    this.#closed = true;
    for (const listener of this.#options.listeners) listener.close();
    for (const [timer, goOn] of this.#retries) {
      timer.cancel();
      goOn();
    }
    this.#retries.clear();
  }

  /** Notes a connection that was made. */
  attach(transport: StreamTransport): void {
    this.clients.add(transport);
  }

  /** Forgets a connection that is gone. */
  detach(transport: StreamTransport): void {
    this.clients.delete(transport);
    if (this.empty) this.#options.emptied();
  }

  async #accept(listener: ByteListener): Promise<void> {
    const { loop, emptied } = this.#options;
    this.#accepting++;
    while (!this.#closed) {
      try {
        const channel = await listener.accept();
        if (this.#closed) channel.close();
        else runInCallback(loop, this.#serve, channel);
      } catch (error) {
        if (!this.#closed) await this.#acceptFailed(listener, error);
      }
    }
    this.#accepting--;
    if (this.empty) emptied();
  }

  readonly #serve = (channel: ByteChannel): void => {
    const { loop, resources, protocolFactory } = this.#options;
    try {
      new StreamTransport({
        loop,
        channel,
        protocol: protocolFactory(),
        context: this.#context,
        keeper: this,
        resources,
      }).begin();
    } catch (exception) {
      channel.close();
      if (!loop.getDebug()) return;
      const message = "Error on transport creation for incoming connection";
      loop.callExceptionHandler({ message, exception });
    }
  };

  /** Reports why no connection came, and waits until one may come again. */
  async #acceptFailed(
    { address }: ByteListener,
    exception: unknown,
  ): Promise<void> {
    if (isAbortedConnection(exception)) return;
    const message = isExhaustion(exception)
      ? "socket.accept() out of system resource"
      : "Accept failed on a socket";
    this.#options.loop.callExceptionHandler({
      message,
      exception,
      socket: address,
    });
    await this.#pause();
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const retry = () => {
        this.#retries.delete(timer);
        resolve();
      };
      const timer = this.#options.loop.callLater(ACCEPT_RETRY_DELAY, retry);
      this.#retries.set(timer, resolve);
    });
  }
}
