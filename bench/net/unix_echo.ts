/**
 * Echo over a Unix socket beside a bare loop of `conn.read` and `conn.write`.
 *
 *     deno run --allow-all bench/net/unix_echo.ts
 *
 * Each server is a process of its own; ten clients here keep one message of 1
 * KiB on its way each.
 */
import { getRunningLoop, run } from "../../loop/mod.ts";
import { Protocol, type Transport } from "../../transports/mod.ts";
import {
  startUnixServer,
  type StreamReader,
  type StreamWriter,
} from "../../streams/mod.ts";
import { compare, type Subject } from "./_rounds.ts";

const CLIENTS = 10;
const MESSAGE_BYTES = 1024;
const READ_BYTES = 256 * 1024;

class Echo extends Protocol {
  #transport!: Transport;

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
  }
}

async function echoStream(
  reader: StreamReader,
  writer: StreamWriter,
): Promise<void> {
  for (;;) {
    const data = await reader.read(READ_BYTES);
    if (data.length === 0) break;
    writer.write(data);
    await writer.drain();
  }
  writer.close();
}

async function echoBare(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) break;
    for (let sent = 0; sent < count;) {
      sent += await connection.write(buffer.subarray(sent, count));
    }
  }
  connection.close();
}

const SERVERS: Record<string, (path: string) => Promise<unknown>> = {
  async bare(path) {
    for await (const connection of Deno.listen({ transport: "unix", path })) {
      echoBare(connection);
    }
  },
  protocol: (path) =>
    run(async () => {
      const loop = getRunningLoop();
      const server = await loop.createUnixServer(() => new Echo(), path);
      await server.serveForever();
    }),
  streams: (path) =>
    run(async () => {
      const server = await startUnixServer(echoStream, path);
      await server.serveForever();
    }),
};

async function client(path: string, until: number): Promise<number> {
  using connection = await Deno.connect({ transport: "unix", path });
  const message = crypto.getRandomValues(new Uint8Array(MESSAGE_BYTES));
  const buffer = new Uint8Array(MESSAGE_BYTES);
  let echoes = 0;
  while (performance.now() < until) {
    await connection.write(message);
    for (let count = 0; count < MESSAGE_BYTES;) {
      count += await connection.read(buffer) ?? Infinity;
    }
    echoes++;
  }
  return echoes;
}

function subject(name: string, folder: string): Subject & Disposable {
  const path = `${folder}/${name}`;
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", import.meta.url, name, path],
  }).spawn();
  return {
    name,
    async measure(seconds) {
      const until = performance.now() + seconds * 1000;
      const counts = await Promise.all(
        Array.from({ length: CLIENTS }, () => client(path, until)),
      );
      return counts.reduce((sum, count) => sum + count) / seconds;
    },
    [Symbol.dispose]: () => server.kill("SIGKILL"),
  };
}

/** Waits until somebody listens. */
async function listening(path: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      return (await Deno.connect({ transport: "unix", path })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`Cannot connect to ${path}: nobody listens`);
}

const [name, path] = Deno.args;
if (name !== undefined && path !== undefined) await SERVERS[name]!(path);
else {
  const folder = await Deno.makeTempDir({ prefix: "asyncio-bench-" });
  using stack = new DisposableStack();
  const subjects = Object.keys(SERVERS).map((name) =>
    stack.use(subject(name, folder))
  );
  for (const { name } of subjects) await listening(`${folder}/${name}`);
  await compare(subjects);
  await Deno.remove(folder, { recursive: true });
}
