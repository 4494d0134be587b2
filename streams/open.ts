import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { currentLoop } from "../loop/running.ts";
import type { ListenHost } from "../transports/_listen.ts";
import type { ByteChannel } from "../transports/byte_channel.ts";
import { connectChannel } from "../transports/connect_channel.ts";
import type { Server } from "../transports/server.ts";
import type {
  CreateConnectionOptions,
  CreateServerOptions,
} from "../transports/tcp.ts";
import type { Transport } from "../transports/transports.ts";
import { checkLimit } from "./_limit.ts";
import { StreamReader } from "./stream_reader.ts";
import {
  type ClientConnectedCallback,
  StreamReaderProtocol,
} from "./stream_reader_protocol.ts";
import { StreamWriter } from "./stream_writer.ts";

/** The two halves of a stream. */
export type Stream = [reader: StreamReader, writer: StreamWriter];

/** Options of {@linkcode openChannel}. */
export interface OpenChannelOptions {
  /** The longest piece that `readuntil()` gives out, by default 65536 bytes. */
  limit?: number;
}

/** Options of {@linkcode openConnection}. */
export interface OpenConnectionOptions
  extends OpenChannelOptions, CreateConnectionOptions {}

/** Options of {@linkcode startServer}. */
export interface StartServerOptions
  extends OpenChannelOptions, CreateServerOptions {}

/**
 * Opens a TCP connection as a pair of streams. Needs the permission
 * `--allow-net`.
 *
 * Cancelling the wait closes the connection, opened or not.
 *
 * @param host A name or a numeric address, by default 127.0.0.1.
 * @param port The port.
 * @param options The limit of the reader, and what connecting needs.
 * @returns A coroutine of the reader and the writer.
 * @throws {RangeError} Unless there is either an address or a connection, or if
 * the limit or the options of TLS are not possible.
 * @throws {Deno.errors.ConnectionRefused} If nobody listens there; other errors
 * of the system are Deno's, too.
 * @throws {Deno.errors.InvalidData} If the certificate of the server is not to
 * be trusted, or the peer does not speak TLS.
 *
 * @example Talking to a server
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   await using server = await asyncio.startServer(async (reader, writer) => {
 *     const name = new TextDecoder().decode(await reader.readline());
 *     writer.write(`Hello, ${name}`);
 *     writer.close();
 *   }, "127.0.0.1", 0);
 *   const { port } = server;
 *
 *   const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);
 *   writer.write("asyncio\n");
 *   const answer = new TextDecoder().decode(await reader.read());
 *   assert.equal(answer, "Hello, asyncio\n");
 *   writer.close();
 * });
 * ```
 */
export function openConnection(
  host?: string | null,
  port?: number | null,
  options: OpenConnectionOptions = {},
): Coroutine<Stream> {
  return operation("openConnection", connectSteps(host, port, options));
}

/**
 * Opens a byte channel as a pair of streams: one end of a pair in memory, or a
 * kind of connection that the loop does not know.
 *
 * Cancelling the wait closes the channel.
 *
 * @param channel The way bytes go in and out; the stream's from now on.
 * @param options The limit of the reader.
 * @returns A coroutine of the reader and the writer.
 *
 * @example Both ends of a pair in memory
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const [near, far] = asyncio.memoryChannelPair();
 *   const [reader, other] = await asyncio.openChannel(near);
 *   const [, writer] = await asyncio.openChannel(far);
 *   writer.write("line\n");
 *   const line = await reader.readline();
 *   assert.equal(new TextDecoder().decode(line), "line\n");
 *   writer.close();
 *   other.close();
 * });
 * ```
 */
export function openChannel(
  channel: ByteChannel,
  options: OpenChannelOptions = {},
): Coroutine<Stream> {
  return operation("openChannel", channelSteps(channel, options));
}

/**
 * Starts a TCP server that serves every connection with a task of its own.
 * Needs the permission `--allow-net`.
 *
 * An error of the task goes to the exception handler of the loop and closes the
 * connection; returning does not: close the writer. Cancelling the wait closes
 * the server.
 *
 * @param clientConnectedCallback Serves a connection: an async function, a
 * generator function or a plain one, called with the reader and the writer.
 * @param host Where to listen; `null` and "" mean all interfaces.
 * @param port The port; 0 for any that is free.
 * @param options The limit of the readers, and what listening needs.
 * @returns A coroutine of the server.
 * @throws {RangeError} Unless there is either an address or a listener, if the
 * limit is not positive, or the options of TLS do not fit together.
 * @throws {Deno.errors.AddrInUse} If somebody listens there; other errors of the
 * system are Deno's, too.
 *
 * @example A generator function as the callback
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * function* echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) {
 *   writer.write(yield* reader.readline());
 *   writer.close();
 * }
 *
 * await asyncio.run(function* () {
 *   const server = yield* asyncio.startServer(echo, "127.0.0.1", 0);
 *   const { port } = server;
 *   const [reader, writer] = yield* asyncio.openConnection("127.0.0.1", port);
 *   writer.write("hello\n");
 *   assert.equal(new TextDecoder().decode(yield* reader.read()), "hello\n");
 *   writer.close();
 *   server.close();
 *   yield* server.waitClosed();
 * });
 * ```
 */
export function startServer(
  clientConnectedCallback: ClientConnectedCallback,
  host?: ListenHost,
  port?: number | null,
  options: StartServerOptions = {},
): Coroutine<Server> {
  const steps = serverSteps(clientConnectedCallback, host, port, options);
  return operation("startServer", steps);
}

function* connectSteps(
  host: string | null | undefined,
  port: number | null | undefined,
  { limit, ...options }: OpenConnectionOptions,
): CoroutineGenerator<Stream> {
  const reader = new StreamReader(limit);
  const [transport, protocol] = yield* currentLoop().createConnection(
    () => new StreamReaderProtocol(reader),
    host,
    port,
    options,
  );
  return makeStream(reader, transport, protocol);
}

function* channelSteps(
  channel: ByteChannel,
  { limit }: OpenChannelOptions,
): CoroutineGenerator<Stream> {
  const reader = new StreamReader(limit);
  const [transport, protocol] = yield* connectChannel(
    () => new StreamReaderProtocol(reader),
    channel,
  );
  return makeStream(reader, transport, protocol);
}

function* serverSteps(
  callback: ClientConnectedCallback,
  host: ListenHost,
  port: number | null | undefined,
  { limit, ...options }: StartServerOptions,
): CoroutineGenerator<Server> {
  const size = checkLimit("start server", limit);
  return yield* currentLoop().createServer(
    () => new StreamReaderProtocol(new StreamReader(size), callback),
    host,
    port,
    options,
  );
}

function makeStream(
  reader: StreamReader,
  transport: Transport,
  protocol: StreamReaderProtocol,
): Stream {
  return [reader, new StreamWriter(transport, protocol, reader)];
}
