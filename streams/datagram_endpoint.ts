import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { WAIT } from "../loop/direct_steps.ts";
import { RuntimeError } from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { showAsText } from "../loop/inspect.ts";
import { currentLoop } from "../loop/running.ts";
import {
  type Place,
  type WaitOperation,
  waitOperation,
} from "../loop/wait_operation.ts";
import type { NetAddress } from "../transports/byte_channel.ts";
import type { CreateDatagramEndpointOptions } from "../transports/datagram.ts";
import type { PacketProtocol } from "../transports/datagram_protocol.ts";
import type { DatagramAddress } from "../transports/datagram_channel.ts";
import type { DatagramTransport } from "../transports/datagram_transport.ts";
import { checkLimit } from "./_limit.ts";

/** What may wait to be received, unless told otherwise, in bytes. */
const DEFAULT_LIMIT = 1024 * 1024;

/** What a datagram counts beside its bytes. */
const OVERHEAD = 64;

/** A datagram and where it comes from. */
export type Datagram = [data: Uint8Array, address: NetAddress];

/** Options of {@linkcode openDatagramEndpoint}. */
export interface OpenDatagramEndpointOptions
  extends CreateDatagramEndpointOptions {
  /**
   * How many bytes of datagrams may wait to be received, by default 1 MiB. What
   * arrives beyond is dropped, as the system would do.
   */
  limit?: number;
}

/**
 * Opens a UDP socket whose datagrams are awaited. Needs the permission
 * `--allow-net`. This goes beyond asyncio, which has protocols only.
 *
 * Cancelling the wait closes the socket, opened or not.
 *
 * @param localAddr Where to receive; port 0 for any that is free.
 * @param remoteAddr The only address to talk to, if there is one.
 * @param options How to open the socket, and how much may wait.
 * @returns A coroutine of the endpoint.
 * @throws {RangeError} If there is neither an address nor a family nor a socket.
 *
 * @example An echo server and its client
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const local = { hostname: "127.0.0.1", port: 0 };
 *   await using server = await asyncio.openDatagramEndpoint(local);
 *   const echo = asyncio.createTask(async () => {
 *     for await (const [data, address] of server) {
 *       await server.send(data, address);
 *     }
 *   });
 *   await using client = await asyncio.openDatagramEndpoint(
 *     null,
 *     server.address,
 *   );
 *   await client.send("ping");
 *   const [data] = await client.receive();
 *   assert.equal(new TextDecoder().decode(data), "ping");
 *   echo.cancel();
 * });
 * ```
 */
export function openDatagramEndpoint(
  localAddr?: DatagramAddress | null,
  remoteAddr?: DatagramAddress | null,
  options: OpenDatagramEndpointOptions = {},
): Coroutine<DatagramEndpoint> {
  return operation(
    "openDatagramEndpoint",
    openSteps(localAddr, remoteAddr, options),
  );
}

function* openSteps(
  localAddr: DatagramAddress | null | undefined,
  remoteAddr: DatagramAddress | null | undefined,
  { limit = DEFAULT_LIMIT, ...options }: OpenDatagramEndpointOptions,
): CoroutineGenerator<DatagramEndpoint> {
  const inbox = new Inbox(limit);
  const [transport] = yield* currentLoop().createDatagramEndpoint(
    () => inbox,
    localAddr,
    remoteAddr,
    options,
  );
  return new DatagramEndpoint(transport, inbox);
}

/** What has arrived, and those who wait for more. */
class Inbox implements PacketProtocol {
  readonly #limit: number;
  readonly #datagrams: Datagram[] = [];
  readonly #receivers = new Set<Future<void>>();
  #size = 0;
  #error: Error | null = null;
  closed = false;
  dropped = 0;

  constructor(limit: number) {
    this.#limit = checkLimit("open datagram endpoint", limit);
  }

  datagramReceived(data: Uint8Array, address: NetAddress): void {
    const size = data.length + OVERHEAD;
    if (this.#size > 0 && this.#size + size > this.#limit) {
      this.dropped++;
      return;
    }
    this.#size += size;
    this.#datagrams.push([data, address]);
    this.wakeNext();
  }

  errorReceived(error: Error): void {
    this.#error = error;
    this.wakeNext();
  }

  connectionLost(error: Error | null): void {
    this.closed = true;
    this.#error ??= error;
    for (const receiver of this.#receivers) wake(receiver);
  }

  wakeNext(): void {
    for (const receiver of this.#receivers) {
      if (!receiver.done()) return wake(receiver);
    }
  }

  /** Takes a datagram; `null` once the endpoint is closed and empty. */
  take(): Datagram | null | typeof WAIT {
    const error = this.#error;
    if (error === null && this.#datagrams.length === 0) {
      return this.closed ? null : WAIT;
    }
    this.#error = null;
    if (error !== null) throw error;
    const datagram = this.#datagrams.shift()!;
    this.#size -= datagram[0].length + OVERHEAD;
    if (this.#datagrams.length > 0) this.wakeNext();
    return datagram;
  }

  enter(): Place {
    const future = currentLoop().createFuture<void>();
    this.#receivers.add(future);
    return { future };
  }

  leave({ future }: Place): void {
    this.#receivers.delete(future);
  }

  abandon({ future }: Place): void {
    if (!future.cancelled()) this.wakeNext();
  }
}

function wake(receiver: Future<void>): void {
  if (!receiver.done()) receiver.setResult();
}

/** Makes the operation of a method that waits for a datagram. */
function inboxOperation<T>(
  method: string,
  convert: (datagram: Datagram | null) => T,
): WaitOperation<Inbox, undefined, T, Place> {
  function takeAndConvert(inbox: Inbox): T | typeof WAIT {
    const datagram = inbox.take();
    return datagram === WAIT ? WAIT : convert(datagram);
  }
  return {
    name: `DatagramEndpoint.${method}`,
    attempt: takeAndConvert,
    enter: (inbox) => inbox.enter(),
    leave: (inbox, place) => inbox.leave(place),
    finish: takeAndConvert,
    abandon: (inbox, place) => inbox.abandon(place),
  };
}

const RECEIVE = inboxOperation("receive", (datagram) => {
  if (datagram !== null) return datagram;
  throw new RuntimeError("Cannot receive: the endpoint is closed");
});

const NEXT = inboxOperation(
  "next",
  (value): IteratorResult<Datagram, undefined> =>
    value === null ? { done: true, value: undefined } : { done: false, value },
);

/** What a `for await` loop over an endpoint steps through. */
export interface DatagramIterator
  extends AsyncIterableIterator<Datagram, undefined> {
  /** Waits for the next datagram. */
  next(): Coroutine<IteratorResult<Datagram, undefined>>;
  /** Returns the iterator itself. */
  [Symbol.asyncIterator](): DatagramIterator;
}

/**
 * A UDP socket whose datagrams are awaited; made by `openDatagramEndpoint()`.
 *
 * Several tasks may receive: each datagram goes to one of them.
 *
 * @example Datagrams wait until they are received
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const local = { hostname: "127.0.0.1", port: 0 };
 *   await using near = await asyncio.openDatagramEndpoint(local);
 *   await using far = await asyncio.openDatagramEndpoint(local);
 *   for (const text of ["one", "two"]) await far.send(text, near.address);
 *   const texts = [await near.receive(), await near.receive()].map(([data]) =>
 *     new TextDecoder().decode(data)
 *   );
 *   assert.deepEqual(texts, ["one", "two"]);
 * });
 * ```
 */
export class DatagramEndpoint implements AsyncDisposable {
  readonly #transport: DatagramTransport;
  readonly #inbox: Inbox;

  static {
    showAsText(this);
  }

  /** Creates an endpoint; `openDatagramEndpoint()` does.
   * @ignore */
  constructor(transport: DatagramTransport, inbox: unknown) {
    this.#transport = transport;
    this.#inbox = inbox as Inbox;
  }

  /** The transport beneath. */
  get transport(): DatagramTransport {
    return this.#transport;
  }

  /** Where the socket is bound. */
  get address(): NetAddress {
    return this.#transport.getExtraInfo("sockname")!;
  }

  /** The same, under the name that `Deno.DatagramConn` has for it. */
  get addr(): NetAddress {
    return this.address;
  }

  /** How many datagrams were dropped because too much waited. */
  get dropped(): number {
    return this.#inbox.dropped;
  }

  /**
   * Waits for a datagram. Cancelling the wait loses none.
   *
   * @returns A coroutine of the bytes and where they come from.
   * @throws {RuntimeError} If the endpoint is closed and all were received.
   */
  receive(): Coroutine<Datagram> {
    return waitOperation(RECEIVE, this.#inbox, undefined);
  }

  /**
   * Sends a datagram and waits until the system has taken it. Cancelling the
   * wait does not take it back.
   *
   * @param data Bytes, or text which is sent as UTF-8.
   * @param address Where to; may be left out if there is a remote address.
   * @returns A coroutine of nothing.
   * @throws What the system says, as that the datagram is too long.
   * @throws {TypeError} If the data is neither, or there is no address.
   * @throws {RangeError} If the address is not the remote one.
   * @throws {RuntimeError} If the endpoint is closed.
   */
  send(
    data: Uint8Array | string,
    address?: DatagramAddress | null,
  ): Coroutine<void> {
    return operation("DatagramEndpoint.send", this.#send(data, address));
  }

  /** Closes the socket; what has arrived can still be received. */
  close(): void {
    this.#transport.close();
  }

  /** Steps through the datagrams, until the endpoint is closed. */
  [Symbol.asyncIterator](): DatagramIterator {
    const iterator: DatagramIterator = {
      next: () => waitOperation(NEXT, this.#inbox, undefined),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Closes the endpoint and waits until it is gone. */
  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#transport[Symbol.asyncDispose]();
  }

  /** Describes the endpoint. */
  toString(): string {
    const { hostname, port } = this.address;
    return `<DatagramEndpoint ${hostname}:${port}>`;
  }

  *#send(
    data: Uint8Array | string,
    address: DatagramAddress | null | undefined,
  ): CoroutineGenerator<void> {
    const taken = currentLoop().createFuture<void>()
      .named("DatagramEndpoint.send");
    this.#transport.send(data, address, (error) => {
      if (taken.done()) return;
      if (error === null) taken.setResult();
      else taken.setException(error as Error);
    });
    yield* taken;
  }
}
