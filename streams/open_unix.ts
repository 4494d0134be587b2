import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { currentLoop } from "../loop/running.ts";
import type { Server } from "../transports/server.ts";
import type {
  CreateUnixConnectionOptions,
  CreateUnixServerOptions,
} from "../transports/unix.ts";
import type { OpenChannelOptions, Stream } from "./open.ts";
import { checkLimit } from "./_limit.ts";
import { StreamReader } from "./stream_reader.ts";
import {
  type ClientConnectedCallback,
  StreamReaderProtocol,
} from "./stream_reader_protocol.ts";
import { StreamWriter } from "./stream_writer.ts";

/** Options of {@linkcode openUnixConnection}. */
export interface OpenUnixConnectionOptions
  extends OpenChannelOptions, CreateUnixConnectionOptions {}

/** Options of {@linkcode startUnixServer}. */
export interface StartUnixServerOptions
  extends OpenChannelOptions, CreateUnixServerOptions {}

/**
 * Opens a connection to a Unix socket as a pair of streams. Needs
 * `--allow-read` and `--allow-write` of the path, and `--allow-net`.
 *
 * Cancelling the wait closes the connection, opened or not.
 *
 * @param path The socket file; on Linux a name that begins with "\0" or "@" is
 * outside the file system.
 * @param options The limit of the reader, and what connecting needs.
 * @returns A coroutine of the reader and the writer.
 * @throws {RangeError} Unless there is either a path or a connection, or if the
 * limit or the options of TLS are not possible.
 * @throws {Deno.errors.NotFound} If there is no such socket; other errors of the
 * system are Deno's, too.
 *
 * @example Asking over a Unix socket
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/socket`;
 *
 * await asyncio.run(async () => {
 *   await using server = await asyncio.startUnixServer(
 *     async (reader, writer) => {
 *       writer.write(await reader.readline());
 *       writer.close();
 *     },
 *     path,
 *   );
 *   assert.equal(`${server}`, `<Server ${path}>`);
 *   const [reader, writer] = await asyncio.openUnixConnection(path);
 *   writer.write("hello\n");
 *   assert.equal(new TextDecoder().decode(await reader.read()), "hello\n");
 *   writer.close();
 * });
 * ```
 */
export function openUnixConnection(
  path?: string | null,
  options: OpenUnixConnectionOptions = {},
): Coroutine<Stream> {
  return operation("openUnixConnection", connectSteps(path, options));
}

/**
 * Starts a server on a Unix socket that serves every connection with a task of
 * its own. Needs `--allow-read` and `--allow-write` of the path, and
 * `--allow-net`.
 *
 * A socket file that is there is replaced, whether its server is gone or not, as
 * in Python. An error of a task goes to the exception handler of the loop and
 * closes the connection; returning does not: close the writer. Cancelling the
 * wait closes the server.
 *
 * @param clientConnectedCallback Serves a connection: an async function, a
 * generator function or a plain one, called with the reader and the writer.
 * @param path The socket file; on Linux a name that begins with "\0" or "@" is
 * outside the file system.
 * @param options The limit of the readers, and what listening needs.
 * @returns A coroutine of the server.
 * @throws {RangeError} Unless there is either a path or a listener, if the
 * limit is not positive, or the options of TLS do not fit together.
 * @throws {Deno.errors.AddrInUse} If there is a file that is no socket; other
 * errors of the system are Deno's, too.
 *
 * @example A server that leaves no file behind
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const path = `${Deno.makeTempDirSync()}/socket`;
 *
 * await asyncio.run(async () => {
 *   const server = await asyncio.startUnixServer((_, writer) => {
 *     writer.close();
 *   }, path);
 *   assert.ok(Deno.lstatSync(path).isSocket);
 *   server.close();
 *   await server.waitClosed();
 *   assert.throws(() => Deno.lstatSync(path), Deno.errors.NotFound);
 * });
 * ```
 */
export function startUnixServer(
  clientConnectedCallback: ClientConnectedCallback,
  path?: string | null,
  options: StartUnixServerOptions = {},
): Coroutine<Server> {
  const steps = serverSteps(clientConnectedCallback, path, options);
  return operation("startUnixServer", steps);
}

function* connectSteps(
  path: string | null | undefined,
  { limit, ...options }: OpenUnixConnectionOptions,
): CoroutineGenerator<Stream> {
  const reader = new StreamReader(limit);
  const [transport, protocol] = yield* currentLoop().createUnixConnection(
    () => new StreamReaderProtocol(reader),
    path,
    options,
  );
  return [reader, new StreamWriter(transport, protocol, reader)];
}

function* serverSteps(
  callback: ClientConnectedCallback,
  path: string | null | undefined,
  { limit, ...options }: StartUnixServerOptions,
): CoroutineGenerator<Server> {
  const size = checkLimit("start server", limit);
  return yield* currentLoop().createUnixServer(
    () => new StreamReaderProtocol(new StreamReader(size), callback),
    path,
    options,
  );
}
