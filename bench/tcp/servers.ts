import { canRun, DENO_RUN } from "../processes.ts";
import type { Interpreter } from "../interpreters.ts";

/** One echo server of the matrix and how to start it. */
export interface ServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Ratios to other servers that ours are held to, in requests per second. */
  readonly budgets: readonly {
    readonly versus: string;
    readonly ratio: number;
  }[];
}

/** What every ratio is taken against. */
export const BARE = "bare conn.read/write";
const NET_DENO = "node:net in Deno";
const NET_NODE = "node:net in Node";

const PROTOCOL_BUDGETS = [
  { versus: BARE, ratio: 0.95 },
  { versus: NET_DENO, ratio: 1 },
  { versus: NET_NODE, ratio: 1 },
];

const STREAM_BUDGETS = [
  { versus: BARE, ratio: 0.85 },
  { versus: "uvloop streams", ratio: 1 },
];

function path(name: string): string {
  return new URL(`../${name}`, import.meta.url).pathname;
}

function deno(
  name: string,
  file: string,
  budgets: ServerSpec["budgets"] = [],
  ...args: string[]
): ServerSpec {
  return {
    name,
    command: Deno.execPath(),
    args: [...DENO_RUN, path(`servers/${file}`), ...args],
    budgets,
  };
}

function python(
  name: string,
  interpreter: Interpreter | null,
  args: string[],
): ServerSpec[] {
  if (interpreter === null) return [];
  return [{
    name,
    command: interpreter.command,
    args: [path("peers/echo.py"), ...args],
    budgets: [],
  }];
}

/**
 * Lists the servers that can run on this machine.
 *
 * @param cpython An interpreter for asyncio, or null.
 * @param uvloop An interpreter that has uvloop, or null.
 */
export function listServers(
  cpython: Interpreter | null,
  uvloop: Interpreter | null,
): ServerSpec[] {
  const node = {
    name: NET_NODE,
    command: "node",
    args: [path("servers/node_net.mjs")],
    budgets: [],
  };
  return [
    deno(BARE, "bare.ts"),
    deno("bare, fresh memory", "bare.ts", [], "fresh"),
    deno("protocol", "protocol.ts", PROTOCOL_BUDGETS),
    deno("buffered protocol", "buffered_protocol.ts", PROTOCOL_BUDGETS),
    deno("streams, async", "streams_async.ts", STREAM_BUDGETS),
    deno("streams, generator", "streams_generator.ts", STREAM_BUDGETS),
    deno(NET_DENO, "node_net.mjs"),
    ...(canRun("node", ["--version"]) ? [node] : []),
    ...python("CPython protocol", cpython, ["asyncio", "protocol"]),
    ...python("CPython streams", cpython, ["asyncio", "streams"]),
    ...python("uvloop protocol", uvloop, ["uvloop", "protocol"]),
    ...python("uvloop streams", uvloop, ["uvloop", "streams"]),
  ];
}
