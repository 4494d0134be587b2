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

const USAGE = `Usage: asyncio ps|pstree PROCESS [--json] [--token TOKEN]

  ps       shows a table of the tasks of a process
  pstree   shows which task waits for which

PROCESS is a process id, HOST:PORT or the path of a Unix socket: a process that
serves its tasks with asyncio.serveIntrospection().`;

/** How long the other process may take to answer, in seconds. */
const PATIENCE = 5;

/** The longest answer that is read, in bytes. */
const REPLY_LIMIT = 64 * 1024 * 1024;

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
    else if (word === "--token") token = args[++i];
    else if (word.startsWith("-")) {
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
    const line = await reader.readline();
    if (line.length === 0) throw new Error("it closed the connection");
    const reply: IntrospectionReply = JSON.parse(
      new TextDecoder().decode(line),
    );
    if (reply.tasks === undefined) throw new Error(reply.error);
    return reply.tasks;
  } finally {
    writer.close();
  }
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
    const { message, name } = error as Error;
    console.error(
      `asyncio: cannot ask ${command.address}: ${message || name}`,
    );
    return 1;
  }
}

if (import.meta.main) Deno.exitCode = await run(() => main(Deno.args));
