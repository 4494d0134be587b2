import type { Awaitable, CoroutineGenerator } from "../loop/awaitables.ts";
import type { Future } from "../loop/futures.ts";
import { showAsText } from "../loop/inspect.ts";
import { currentLoop } from "../loop/running.ts";
import type { Task } from "../loop/tasks.ts";
import { systemError } from "../transports/_errors.ts";
import { Protocol } from "../transports/protocols.ts";
import type { Transport } from "../transports/transports.ts";
import type { StreamReader } from "./stream_reader.ts";
import { StreamWriter } from "./stream_writer.ts";

/**
 * Serves a connection: an async function, a generator function or a plain one.
 * It runs as a task of its own.
 */
export type ClientConnectedCallback = (
  reader: StreamReader,
  writer: StreamWriter,
) => Awaitable<unknown> | PromiseLike<unknown> | void;

/**
 * Joins a transport to a StreamReader and a StreamWriter: feeds the one, and
 * tells the other when to wait.
 *
 * `openConnection()` and `startServer()` make it; it is public for those who
 * build streams over protocols of their own.
 *
 * @example A stream over a channel, by hand
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const [near, far] = asyncio.memoryChannelPair();
 *   const reader = new asyncio.StreamReader();
 *   const [transport, protocol] = await asyncio.connectChannel(
 *     () => new asyncio.StreamReaderProtocol(reader),
 *     near,
 *   );
 *   const writer = new asyncio.StreamWriter(transport, protocol, reader);
 *   await far.write(new Uint8Array([1, 2, 3]));
 *   assert.deepEqual(await reader.readexactly(3), new Uint8Array([1, 2, 3]));
 *   writer.close();
 * });
 * ```
 */
export class StreamReaderProtocol extends Protocol {
  readonly #callback: ClientConnectedCallback | null;
  readonly #closers = new Set<Future<void>>();
  readonly #drainers = new Set<Future<void>>();
  #reader: StreamReader | null;
  #paused = false;
  #lost = false;
  #overTls = false;
  #error: Error | null = null;

  static {
    showAsText(this);
  }

  /**
   * Creates the protocol of one connection.
   *
   * @param reader What bytes are fed to.
   * @param clientConnectedCallback Serves the connection, on a server.
   */
  constructor(
    reader: StreamReader,
    clientConnectedCallback: ClientConnectedCallback | null = null,
  ) {
    super();
    this.#reader = reader;
    this.#callback = clientConnectedCallback;
  }

  /** Starts the task that serves the connection. */
  override connectionMade(transport: Transport): void {
    const reader = this.#reader!;
    reader.setTransport(transport);
    this.#overTls = speaksTls(transport);
    const callback = this.#callback;
    if (callback === null) return;
    const writer = new StreamWriter(transport, this, reader);
    // Named as the callback, for whoever looks at the tasks.
    const { [callback.name]: serve } = {
      [callback.name]: () => callback(reader, writer) ?? Promise.resolve(),
    };
    const task = currentLoop().createTask<unknown>(serve!);
    task.addDoneCallback((task) => this.#served(task, transport));
  }

  /** Feeds the reader. */
  override dataReceived(data: Uint8Array): void {
    this.#reader?.feedData(data);
  }

  /** Tells the reader; the connection stays open for writing, but over TLS. */
  override eofReceived(): boolean {
    this.#reader?.feedEof();
    return !this.#overTls;
  }

  /** Lets `drain()` wait. */
  override pauseWriting(): void {
    this.#paused = true;
  }

  /** Wakes those who wait in `drain()`. */
  override resumeWriting(): void {
    this.#paused = false;
    settleAll(this.#drainers, null);
  }

  /** Ends the reader and wakes everybody. */
  override connectionLost(error: Error | null): void {
    this.#lost = true;
    this.#error = error;
    if (error === null) this.#reader?.feedEof();
    else this.#reader?.setException(error);
    settleAll(this.#closers, error);
    settleAll(this.#drainers, error);
    this.#reader = null;
  }

  /** Whether this is the server's end.
   * @ignore */
  get serverSide(): boolean {
    return this.#callback !== null;
  }

  /** Gives up the bytes that nobody has read yet.
   * @ignore */
  takeUnread(): Uint8Array {
    return this.#reader?.takeUnread() ?? new Uint8Array();
  }

  /** Goes on with another transport.
   * @ignore */
  replaceTransport(transport: Transport): void {
    this.#overTls = speaksTls(transport);
    this.#reader?.replaceTransport(transport);
  }

  /** Whether `drain` has to wait, or to fail.
   * @ignore */
  get mustDrain(): boolean {
    return this.#paused || this.#lost;
  }

  /** Waits until there is room to write.
   * @ignore */
  *drain(): CoroutineGenerator<void> {
    if (this.#lost) throw systemError("ConnectionReset", "Connection lost");
    if (this.#paused) yield* this.#wait(this.#drainers, "StreamWriter.drain");
  }

  /** Waits until the connection is gone.
   * @ignore */
  *waitClosed(): CoroutineGenerator<void> {
    if (!this.#lost) {
      yield* this.#wait(this.#closers, "StreamWriter.waitClosed");
    } else if (this.#error !== null) throw this.#error;
  }

  /** Describes the protocol and its state. */
  override toString(): string {
    const state = this.#lost ? "lost" : this.#paused ? "paused" : "open";
    return `<StreamReaderProtocol ${state}>`;
  }

  *#wait(waiters: Set<Future<void>>, name: string): CoroutineGenerator<void> {
    const waiter = currentLoop().createFuture<void>().named(name);
    waiters.add(waiter);
    try {
      yield* waiter;
    } finally {
      waiters.delete(waiter);
    }
  }

  #served(task: Task<unknown>, transport: Transport): void {
    if (task.cancelled()) return transport.close();
    const exception = task.exception();
    if (exception === null) return;
    currentLoop().callExceptionHandler({
      message: "Unhandled exception in client_connected_cb",
      exception,
      transport,
    });
    transport.close();
  }
}

function settleAll(waiters: Iterable<Future<void>>, error: Error | null): void {
  for (const waiter of waiters) {
    if (waiter.done()) continue;
    if (error === null) waiter.setResult();
    else waiter.setException(error);
  }
}

/** Tells whether the connection cannot be half closed, being encrypted. */
function speaksTls(transport: Transport): boolean {
  return transport.getExtraInfo("sslcontext") !== null;
}
