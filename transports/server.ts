import type { AbstractEventLoop } from "../loop/abstract_event_loop.ts";
import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { CancelledError, RuntimeError, TimeoutError } from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { showAsText } from "../loop/inspect.ts";
import { sleep } from "../loop/sleep.ts";
import { waitFor } from "../loop/wait_for.ts";
import { Acceptor } from "./_acceptor.ts";
import type { OpenResources } from "./_open_resources.ts";
import type { AbstractServer } from "./abstract_server.ts";
import type { Address, ByteListener } from "./byte_channel.ts";
import type { ProtocolFactory } from "./protocols.ts";

/**
 * Listens on one or more addresses and gives every connection a protocol; made
 * by `loop.createServer()` and `startServer()`.
 *
 * Closing the server does not close its connections: `closeClients()` and
 * `abortClients()` do, and `shutdown()` ends everything by a deadline.
 *
 * @example A server that ends with its block
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   await using server = await asyncio.startServer(
 *     async (reader, writer) => {
 *       writer.write(await reader.readline());
 *       writer.close();
 *     },
 *     "127.0.0.1",
 *     0,
 *   );
 *   const { port } = server;
 *   const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);
 *   writer.write("hello\n");
 *   assert.equal(new TextDecoder().decode(await reader.read()), "hello\n");
 *   writer.close();
 * });
 * ```
 */
export class Server implements AbstractServer {
  readonly #loop: BaseEventLoop;
  readonly #acceptor: Acceptor;
  readonly #resources: OpenResources | undefined;
  /** `null` once the server is closed and all connections are gone. */
  #waiters: Future<void>[] | null = [];
  #forever: Future<void> | null = null;
  #serving = false;
  #closed = false;
  #forgetSignal = () => {};

  static {
    showAsText(this);
  }

  /** Creates a server that does not accept yet.
   * @ignore */
  constructor(
    loop: BaseEventLoop,
    listeners: readonly ByteListener[],
    protocolFactory: ProtocolFactory,
    resources?: OpenResources,
  ) {
    this.#loop = loop;
    this.#resources = resources;
    this.#acceptor = new Acceptor({
      server: this,
      loop,
      listeners,
      protocolFactory,
      resources,
      emptied: () => this.#wakeIfGone(),
    });
    resources?.add(this);
    loop.unclosed?.add(this, "server");
  }

  /** The addresses the server listens on; none once it is closed. */
  get sockets(): readonly Address[] {
    return this.#closed ? [] : this.#acceptor.addresses;
  }

  /**
   * The port the server listens on: that of the first address. With a host that
   * has several addresses, and port 0, each has a port of its own: see
   * {@linkcode sockets}.
   *
   * @throws {RuntimeError} If the server is closed, or has no port: it listens
   * on a Unix socket.
   */
  get port(): number {
    const [address] = this.sockets;
    if (address !== undefined && "port" in address) return address.port;
    const problem = address === undefined
      ? "server is closed"
      : "server listens on a Unix socket";
    throw new RuntimeError(`Cannot tell port: ${problem}`);
  }

  /** Returns the loop that calls the protocols. */
  getLoop(): AbstractEventLoop {
    return this.#loop;
  }

  /** Tells whether new connections are accepted. */
  isServing(): boolean {
    return this.#serving;
  }

  /**
   * Stops listening; connections that were accepted live on. A `serveForever()`
   * in progress is cancelled. Closing again does nothing.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#serving = false;
    this.#acceptor.close();
    this.#forgetSignal();
    this.#resources?.delete(this);
    this.#loop.unclosed?.delete(this);
    if (this.#forever?.done() === false) this.#forever.cancel();
    this.#forever = null;
    this.#wakeIfGone();
  }

  /** Closes the connections that are open; what they wait to send is sent. */
  closeClients(): void {
    for (const transport of this.#acceptor.clients) transport.close();
  }

  /** Aborts the connections that are open. */
  abortClients(): void {
    for (const transport of this.#acceptor.clients) transport.abort();
  }

  /**
   * Starts to accept connections. Starting again does nothing.
   *
   * @returns A coroutine of nothing.
   * @throws {RuntimeError} If the server is closed.
   */
  startServing(): Coroutine<void> {
    return operation("Server.startServing", this.#startServing());
  }

  /**
   * Accepts connections until the wait is cancelled, which closes the server
   * and its connections and waits until they are gone. Closing the server from
   * elsewhere cancels the wait too.
   *
   * @returns A coroutine that ends by cancellation only.
   * @throws {RuntimeError} If the server is closed, or is served already.
   */
  serveForever(): Coroutine<void> {
    return operation("Server.serveForever", this.#serveForever());
  }

  /**
   * Waits until the server is closed and all its connections are gone; then its
   * addresses are free again. Cancelling the wait changes nothing else.
   *
   * @returns A coroutine of nothing.
   */
  waitClosed(): Coroutine<void> {
    return operation("Server.waitClosed", this.#waitClosed());
  }

  /**
   * Closes the server, gives its connections some time to end by themselves,
   * and aborts those that are left. Cancelling the wait aborts them at once.
   *
   * @param timeout How long connections may take, in seconds; `null`, the
   * default, means as long as they want.
   * @returns A coroutine of whether all have ended in time.
   *
   * @example Two seconds to finish
   * ```ts
   * import * as asyncio from "@asyncio/asyncio";
   * import assert from "node:assert/strict";
   *
   * await asyncio.run(async () => {
   *   const server = await asyncio.startServer(async (reader, writer) => {
   *     writer.write(await reader.readline());
   *     writer.close();
   *   }, "127.0.0.1", 0);
   *   const { port } = server;
   *   const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);
   *   await asyncio.sleep(0.01); // the server has accepted
   *   const stopped = asyncio.createTask(server.shutdown(2));
   *   writer.write("last words\n");
   *   assert.equal((await reader.read()).length, 11);
   *   writer.close();
   *   assert.equal(await stopped, true);
   * });
   * ```
   */
  shutdown(timeout: number | null = null): Coroutine<boolean> {
    return operation("Server.shutdown", this.#shutdown(timeout));
  }

  /** Closes the server when a signal aborts.
   * @ignore */
  closeOn(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const close = () => this.close();
    signal.addEventListener("abort", close);
    this.#forgetSignal = () => signal.removeEventListener("abort", close);
  }

  /** Closes the server and waits until its connections are gone. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return this.waitClosed();
  }

  /** Starts to accept at once.
   * @ignore */
  start(): void {
    if (this.#closed) {
      throw new RuntimeError("Cannot start serving: server is closed");
    }
    if (this.#serving) return;
    this.#serving = true;
    this.#acceptor.start();
  }

  /** Stops listening, without waking anybody: the loop closes.
   * @ignore */
  release(): void {
    this.#closed = true;
    this.#forgetSignal();
    this.#serving = false;
    this.#acceptor.close();
  }

  /** Describes the server, as in reports of the exception handler. */
  toString(): string {
    const addresses = this.sockets.map((address) =>
      "path" in address ? address.path : `${address.hostname}:${address.port}`
    );
    return `<Server ${addresses.join(", ") || "closed"}>`;
  }

  *#startServing(): CoroutineGenerator<void> {
    this.start();
    yield* sleep(0);
  }

  *#serveForever(): CoroutineGenerator<void> {
    if (this.#forever !== null) {
      throw new RuntimeError("Cannot serve: server is being served already");
    }
    this.start();
    const forever = this.#loop.createFuture<void>()
      .named("Server.serveForever");
    this.#forever = forever;
    try {
      yield* forever;
    } catch (error) {
      if (error instanceof CancelledError) {
        this.close();
        this.closeClients();
        yield* this.#waitClosed();
      }
      throw error;
    } finally {
      if (this.#forever === forever) this.#forever = null;
    }
  }

  *#shutdown(timeout: number | null): CoroutineGenerator<boolean> {
    this.close();
    if (this.#waiters === null) return true;
    try {
      yield* waitFor(this.waitClosed(), timeout);
      return true;
    } catch (error) {
      this.abortClients();
      if (!(error instanceof TimeoutError)) throw error;
    }
    yield* this.#waitClosed();
    return false;
  }

  *#waitClosed(): CoroutineGenerator<void> {
    if (this.#waiters === null) return;
    const waiter = this.#loop.createFuture<void>()
      .named("Server.waitClosed");
    this.#waiters.push(waiter);
    yield* waiter;
  }

  #wakeIfGone(): void {
    if (!this.#closed || !this.#acceptor.empty) return;
    const waiters = this.#waiters ?? [];
    this.#waiters = null;
    for (const waiter of waiters) {
      if (!waiter.done()) waiter.setResult();
    }
  }
}
