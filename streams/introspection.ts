import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { getRunningLoop } from "../loop/running.ts";
import {
  describeTasksGently,
  type TaskSnapshot,
} from "../loop/task_snapshot.ts";
import { allTasks, currentTask } from "../loop/tasks.ts";
import type { AbstractEventLoop } from "../loop/abstract_event_loop.ts";
import type { Server } from "../transports/server.ts";
import { startServer } from "./open.ts";
import { startUnixServer } from "./open_unix.ts";
import type { StreamReader } from "./stream_reader.ts";
import type { StreamWriter } from "./stream_writer.ts";

/** Options of {@linkcode serveIntrospection}. */
export interface ServeIntrospectionOptions {
  /** Where to listen on TCP, by default 127.0.0.1. */
  host?: string;
  /** The TCP port; 0 for any that is free. */
  port?: number;
  /** The path of a Unix socket to listen on. */
  path?: string;
  /** What a client must know; required where the host is not a loopback one. */
  token?: string;
}

/** What a client asks, as a line of JSON. */
export interface IntrospectionRequest {
  /** The token of the server, if it has one. */
  readonly token?: string;
}

/** What the server answers, as a line of JSON. */
export interface IntrospectionReply {
  /** The process. */
  readonly pid: number;
  /** The tasks of the loop, unless there is an error. */
  readonly tasks?: readonly TaskSnapshot[];
  /** Why there are no tasks. */
  readonly error?: string;
}

const LOOPBACK = /^(127\.|::1$|localhost$)/;

/**
 * The Unix socket of a process that does not say where it listens: an abstract
 * name, which leaves no file behind.
 */
export function defaultPath(pid: number): string {
  return `@asyncio-${pid}`;
}

/** The longest request that is read, in bytes. */
const REQUEST_LIMIT = 4096;

/**
 * Lets other processes of this machine see the tasks of the running loop; off
 * unless called. The command line tool of the package shows what it tells.
 *
 * Without a host, a port or a path it listens on a Unix socket that the tool
 * finds by the process id (on Linux; elsewhere on a free TCP port).
 *
 * Whoever can connect and knows the token sees the names of tasks and of what
 * they wait for, and can change nothing. An answer about many tasks is made with
 * pauses, in which the loop goes on. Closing the server ends it.
 *
 * @param options Where to listen, and a token.
 * @returns A coroutine of the server.
 * @throws {RangeError} If the host is no loopback address and there is no token.
 *
 * @example A server that can be looked into
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   await using server = await asyncio.serveIntrospection({ port: 0 });
 *   const { port } = server;
 *   const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);
 *   writer.write("{}\n");
 *   const reply = JSON.parse(
 *     new TextDecoder().decode(await reader.readline()),
 *   );
 *   assert.equal(reply.tasks[0].name, asyncio.currentTask()!.getName());
 *   writer.close();
 * });
 * ```
 */
export function serveIntrospection(
  options: ServeIntrospectionOptions = {},
): Coroutine<Server> {
  const { host = "127.0.0.1", token } = options;
  if (token === undefined && !LOOPBACK.test(host)) {
    throw new RangeError(
      `Cannot serve introspection: host "${host}" is not a loopback address ` +
        "and no token is given",
    );
  }
  return operation("serveIntrospection", listen(options, host));
}

function* listen(
  given: ServeIntrospectionOptions,
  host: string,
): CoroutineGenerator<Server> {
  const { port = 0, token } = given;
  const path = given.path ?? pathOfProcess(given);
  const loop = getRunningLoop();
  const serve = (reader: StreamReader, writer: StreamWriter): Coroutine<void> =>
    operation("introspection", answer(loop, token, reader, writer));
  const options = { limit: REQUEST_LIMIT };
  if (path !== undefined) return yield* startUnixServer(serve, path, options);
  return yield* startServer(serve, host, port, options);
}

function pathOfProcess(given: ServeIntrospectionOptions): string | undefined {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  const elsewhere = given.host !== undefined || given.port !== undefined;
  if (elsewhere || deno?.build.os !== "linux") return undefined;
  return defaultPath(deno.pid);
}

function* answer(
  loop: AbstractEventLoop,
  token: string | undefined,
  reader: StreamReader,
  writer: StreamWriter,
): CoroutineGenerator<void> {
  try {
    const line = yield* reader.readline();
    const told = yield* reply(loop, token, line);
    writer.write(`${JSON.stringify(told)}\n`);
    yield* writer.drain();
  } finally {
    writer.close();
  }
}

function* reply(
  loop: AbstractEventLoop,
  token: string | undefined,
  line: Uint8Array,
): CoroutineGenerator<IntrospectionReply> {
  const pid = (globalThis as { Deno?: { pid: number } }).Deno?.pid ?? 0;
  const request = parse(line);
  if (request === null) return { pid, error: "request is not a JSON object" };
  if (request.token !== token) return { pid, error: "token is wrong" };
  const tasks = allTasks(loop);
  // Who asks does not want to see that it is being answered.
  tasks.delete(currentTask()!);
  return { pid, tasks: yield* describeTasksGently(tasks) };
}

function parse(line: Uint8Array): IntrospectionRequest | null {
  try {
    const request: unknown = JSON.parse(new TextDecoder().decode(line));
    return typeof request === "object" ? request : null;
  } catch {
    return null;
  }
}
