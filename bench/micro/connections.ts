import { getRunningLoop, run, sleep } from "../../loop/mod.ts";
import {
  openConnection,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "../../streams/mod.ts";
import { Protocol, type Server } from "../../transports/mod.ts";
import { bytesInUse } from "./memory.ts";
import type { Subject, Work } from "./work.ts";

const IDLE = 400;

/** How many connections come and go in a short and in a long run, and how many of them at a time. */
const SHORT_CHURN = 10_000;
const LONG_CHURN = 100_000;
const LONG_SECONDS = 0.1;
const AT_A_TIME = 20;

/** Whatever a connection could leave behind is larger than this; in a short run the collector's noise is not. */
const LEAK_BYTES = 32;

async function echo(reader: StreamReader, writer: StreamWriter): Promise<void> {
  for await (const line of reader) writer.write(line);
  writer.close();
  await writer.waitClosed();
}

function startProtocolServer(): Promise<Server> {
  return Promise.resolve(
    getRunningLoop().createServer(() => new Protocol(), "127.0.0.1", 0),
  );
}

/** Measures what an idle connection adds to the heap; the client's end, a bare `Deno.Conn`, is counted in. */
async function connectionBytes(port: number): Promise<number> {
  const before = await bytesInUse();
  const clients: Deno.Conn[] = [];
  for (let index = 0; index < IDLE; index++) {
    clients.push(await Deno.connect({ hostname: "127.0.0.1", port }));
  }
  await sleep(0.05);
  const bytes = (await bytesInUse() - before) / IDLE;
  for (const client of clients) client.close();
  return bytes;
}

function idle(start: () => Promise<Server>): Subject {
  return () =>
    run(async () => {
      await using server = await start();
      await connectionBytes(server.port);
      return await connectionBytes(server.port);
    });
}

const BARE: Subject = () =>
  run(async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const serving = serveBare(listener);
    await connectionBytes(port);
    const bytes = await connectionBytes(port);
    listener.close();
    await serving.catch(() => {});
    return bytes;
  });

async function serveBare(listener: Deno.TcpListener): Promise<void> {
  for await (const connection of listener) void drain(connection);
}

async function drain(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16);
  while (await connection.read(buffer) !== null);
  connection.close();
}

/** Opens and closes `count` connections, a few at a time, an echo through each. */
async function churn(port: number, count: number): Promise<void> {
  let left = count;
  async function client(): Promise<void> {
    while (left-- > 0) {
      const [reader, writer] = await openConnection("127.0.0.1", port);
      writer.write("hello\n");
      await reader.readline();
      writer.close();
      await writer.waitClosed();
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, client));
  await sleep(0.05);
}

const CHURN: Subject = (seconds) =>
  run(async () => {
    const count = seconds < LONG_SECONDS ? SHORT_CHURN : LONG_CHURN;
    await using server = await startServer(echo, "127.0.0.1", 0);
    await churn(server.port, count / 10);
    const before = await bytesInUse();
    await churn(server.port, count);
    return (await bytesInUse() - before) / count;
  });

/** What a connection costs while nothing happens on it, and what is left of many that came and went. */
export const CONNECTIONS: readonly Work[] = [
  {
    suite: "memory",
    name: "connection",
    title: "memory of an idle TCP connection",
    unit: "B",
    baseline: "bare conn.read",
    cpython: false,
    once: true,
    budgets: [],
    subjects: {
      "bare conn.read": BARE,
      "protocol": idle(startProtocolServer),
      "streams": idle(() => Promise.resolve(startServer(echo, "127.0.0.1", 0))),
    },
  },
  {
    suite: "memory",
    name: "growth-connections",
    title: "left behind by each of 1e5 connections (1e4 in short runs)",
    unit: "B",
    cpython: false,
    once: true,
    budgets: [{ subject: "streams", limit: LEAK_BYTES }],
    subjects: { "streams": CHURN },
  },
];
