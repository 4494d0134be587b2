import { Child, DENO_RUN } from "../processes.ts";
import { authority } from "./certificate.ts";
import type { NetWork, Sample, Subject } from "./work.ts";

/** How many connections there are; each has one message on its way. */
const CLIENTS = 10;

const MESSAGE_BYTES = 1024;

/** How long a server may take to start, in seconds. */
const PATIENCE = 30;

/** How often the clock of the kernel ticks in a second, for /proc/PID/stat. */
const TICKS = 100;

/** A server in a process of its own. */
interface ServerSpec {
  readonly name: string;
  readonly kind: "bare" | "node" | "protocol" | "streams";
  readonly budget?: number;
  /** Which implementation of TLS it uses. */
  readonly backend?: "node" | "deno";
}

/** Echo over Unix sockets. */
export const UNIX_ECHO: NetWork = {
  name: "net/unix",
  open: async (stack) => {
    const folder = await Deno.makeTempDir({ prefix: "asyncio-bench-" });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const specs: ServerSpec[] = [
      { name: "bare", kind: "bare" },
      { name: "protocol", kind: "protocol", budget: 0.95 },
      { name: "streams", kind: "streams", budget: 0.85 },
    ];
    return await Promise.all(specs.map(async ({ name, kind, budget }) => {
      const path = `${folder}/${kind}`;
      const child = await start(stack, kind, "unix", path);
      const connect = () => Deno.connect({ transport: "unix", path });
      return subject(name, budget, child, connect);
    }));
  },
};

/** Echo over TLS. */
export const TLS_ECHO: NetWork = {
  name: "net/tls",
  open: async (stack) => {
    const specs: ServerSpec[] = [
      { name: "bare", kind: "bare" },
      {
        name: 'protocol, "deno"',
        kind: "protocol",
        backend: "deno",
        budget: 0.95,
      },
      {
        name: 'streams, "deno"',
        kind: "streams",
        backend: "deno",
        budget: 0.85,
      },
      { name: "node:tls", kind: "node" },
      { name: 'protocol, "node"', kind: "protocol", backend: "node" },
      { name: 'streams, "node"', kind: "streams", backend: "node" },
    ];
    return await Promise.all(
      specs.map(async ({ name, kind, budget, backend = "deno" }) => {
        const child = await start(stack, kind, "tls", backend);
        const connect = () =>
          Deno.connectTls({
            hostname: "127.0.0.1",
            port: Number(child.address),
            caCerts: [authority],
          });
        return subject(name, budget, child, connect);
      }),
    );
  },
};

interface StartedServer {
  readonly child: Child;
  readonly address: string;
}

async function start(
  stack: AsyncDisposableStack,
  ...args: string[]
): Promise<StartedServer> {
  const program = new URL("server.ts", import.meta.url).pathname;
  const line = [...DENO_RUN, program, ...args];
  const child = new Child(Deno.execPath(), line, "server");
  stack.defer(() => child.stop());
  return { child, address: await child.line(PATIENCE) };
}

function subject(
  name: string,
  budget: number | undefined,
  { child: { pid } }: StartedServer,
  connect: () => Promise<Deno.Conn>,
): Subject {
  return {
    name,
    ...(budget === undefined ? {} : { budget }),
    measure: (seconds) => measure(seconds, pid, connect),
  };
}

async function measure(
  seconds: number,
  pid: number,
  connect: () => Promise<Deno.Conn>,
): Promise<Sample> {
  const message = crypto.getRandomValues(new Uint8Array(MESSAGE_BYTES));
  const connections = await Promise.all(
    Array.from({ length: CLIENTS }, connect),
  );
  // The handshakes are over when everybody has had an answer.
  await Promise.all(connections.map((each) => echo(each, message)));
  const cpu = cpuSecondsOf(pid);
  const start = performance.now();
  const until = start + seconds * 1000;
  const counts = await Promise.all(connections.map(async (connection) => {
    let count = 0;
    for (; performance.now() < until; count++) await echo(connection, message);
    return count;
  }));
  const sample = {
    messages: counts.reduce((sum, count) => sum + count),
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: cpuSecondsOf(pid) - cpu,
  };
  for (const connection of connections) connection.close();
  return sample;
}

async function echo(connection: Deno.Conn, message: Uint8Array): Promise<void> {
  const buffer = new Uint8Array(MESSAGE_BYTES);
  for (let sent = 0; sent < MESSAGE_BYTES;) {
    sent += await connection.write(message.subarray(sent));
  }
  for (let count = 0; count < MESSAGE_BYTES;) {
    const received = await connection.read(buffer.subarray(count));
    if (received === null) throw new Error("Cannot measure: server has closed");
    count += received;
  }
  if (buffer.at(-1) === message.at(-1)) return;
  throw new Error("Cannot measure: something else came back");
}

/** Returns the CPU time of a process; NaN where there is no /proc. */
function cpuSecondsOf(pid: number): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name of the program, in parentheses, may have spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return NaN;
  }
}
