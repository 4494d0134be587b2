/**
 * Shows the tasks of another process that called `serveIntrospection()`:
 *
 * ```sh
 * deno run -A jsr:@asyncio/asyncio/cli ps 4711
 * deno run -A jsr:@asyncio/asyncio/cli ps 127.0.0.1:9000
 * deno run -A jsr:@asyncio/asyncio/cli pstree /run/chat.sock --json
 * ```
 *
 * @module
 */

import { TimeoutError } from "./loop/errors.ts";
import { run } from "./loop/runners.ts";
import { timeout } from "./loop/timeouts.ts";
import type { TaskSnapshot } from "./loop/task_snapshot.ts";
import { formatTable, formatTree } from "./streams/_task_report.ts";
import {
  defaultPath,
  type IntrospectionReply,
} from "./streams/introspection.ts";
import { openConnection } from "./streams/open.ts";
import { openUnixConnection } from "./streams/open_unix.ts";
import type { StreamReader } from "./streams/stream_reader.ts";

const USAGE = `Usage: asyncio ps|pstree PROCESS [--json] [--token TOKEN]

  ps       shows a table of the tasks of a process
  pstree   shows which task waits for which

PROCESS is a process id, HOST:PORT or the path of a Unix socket: a process that
serves its tasks with asyncio.serveIntrospection().`;

/** How long the other process may take to answer, in seconds. */
const PATIENCE = 5;

/** The longest answer that is read, in bytes. */
const REPLY_LIMIT = 64 * 1024 * 1024;

const STRANGER = "what answers there is no asyncio.serveIntrospection()";

interface Command {
  readonly name: "ps" | "pstree";
  readonly address: string;
  readonly json: boolean;
  readonly token: string | undefined;
}

class UsageError extends Error {}

function parseArguments(args: readonly string[]): Command {
  const words: string[] = [];
  let json = false;
  let token: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word === "--json") json = true;
    else if (word === "--token") {
      token = args[++i];
      if (token === undefined) throw new UsageError("--token takes a token");
    } else if (word.startsWith("-")) {
      throw new UsageError(`unknown option "${word}"`);
    } else words.push(word);
  }
  const [name, address, ...rest] = words;
  if (name !== "ps" && name !== "pstree") {
    throw new UsageError(name ? `unknown command "${name}"` : "no command");
  }
  if (address === undefined || rest.length > 0) {
    throw new UsageError(`${name} takes one process`);
  }
  return { name, address, json, token };
}

/** Asks the process at an address for its tasks. */
async function ask(command: Command): Promise<readonly TaskSnapshot[]> {
  const [reader, writer] = await connect(command.address);
  try {
    writer.write(`${JSON.stringify({ token: command.token })}\n`);
    const line = await readLine(reader);
    if (line.length === 0) throw new Error("it closed the connection");
    const reply = parseReply(line);
    if (reply.tasks === undefined) throw new Error(reply.error);
    return reply.tasks;
  } finally {
    writer.close();
  }
}

async function readLine(reader: StreamReader): Promise<Uint8Array> {
  try {
    return await reader.readline();
  } catch (error) {
    if (error instanceof RangeError) throw new Error(STRANGER);
    throw error;
  }
}

function parseReply(line: Uint8Array): IntrospectionReply {
  try {
    const reply = JSON.parse(new TextDecoder().decode(line));
    if (typeof reply?.pid === "number") return reply;
  } catch {
    // No JSON: see below.
  }
  throw new Error(STRANGER);
}

/** Says why there is no answer. */
function explain(error: Error): string {
  if (error instanceof TimeoutError) {
    return `it does not answer within ${PATIENCE} seconds`;
  }
  const nobody = error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.ConnectionRefused;
  if (!nobody) return error.message || error.name;
  return "nobody listens there, does the process call " +
    `asyncio.serveIntrospection()? (${error.message})`;
}

function connect(address: string): ReturnType<typeof openConnection> {
  const options = { limit: REPLY_LIMIT };
  if (/^\d+$/.test(address)) {
    return openUnixConnection(defaultPath(Number(address)), options);
  }
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  if (host === undefined) return openUnixConnection(address, options);
  return openConnection(host || "127.0.0.1", Number(port), options);
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  let command: Command;
  try {
    command = parseArguments(args);
  } catch (error) {
    console.error(`asyncio: ${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  try {
    const tasks = await timeout(PATIENCE, () => ask(command));
    if (command.json) console.log(JSON.stringify(tasks, null, 2));
    else if (command.name === "ps") console.log(formatTable(tasks));
    else console.log(formatTree(tasks));
    return 0;
  } catch (error) {
    const reason = explain(error as Error);
    console.error(`asyncio: cannot ask ${command.address}: ${reason}`);
    return 1;
  }
}

if (import.meta.main) Deno.exitCode = await run(() => main(Deno.args));
