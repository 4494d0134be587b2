/**
 * The load generator for machines without a C compiler: same arguments and same JSON line as load.c, but slower than
 * the fastest servers, so that its figures are a lower bound.
 */

const [port, connections, bytes, warmup, seconds, pid] = Deno.args.map(
  Number,
) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
/** Clock ticks per second in /proc: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

const message = new Uint8Array(bytes).map((_, index) => 97 + index % 23);
const warm = performance.now() + warmup * 1000;
const end = warm + seconds * 1000;
const latencies: number[] = [];

/** User and system time of the server so far, in seconds, or -1 where there is no /proc. */
function cpuSeconds(): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return -1;
  }
}

async function sendAll(connection: Deno.Conn): Promise<void> {
  for (let sent = 0; sent < bytes;) {
    sent += await connection.write(message.subarray(sent));
  }
}

async function receiveAll(
  connection: Deno.Conn,
  buffer: Uint8Array<ArrayBuffer>,
): Promise<void> {
  for (let received = 0; received < bytes;) {
    const count = await connection.read(buffer);
    if (count === null) {
      throw new Error("Cannot receive the echo: connection closed");
    }
    received += count;
  }
}

async function pingPong(): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  const buffer = new Uint8Array(1 << 18);
  while (performance.now() < end) {
    const started = performance.now();
    await Promise.all([sendAll(connection), receiveAll(connection, buffer)]);
    if (started > warm) latencies.push((performance.now() - started) * 1000);
  }
  connection.close();
}

function quantile(fraction: number): number {
  return latencies[Math.floor((latencies.length - 1) * fraction)] ?? 0;
}

let opened = -1;
setTimeout(() => opened = cpuSeconds(), warmup * 1000);
await Promise.all(Array.from({ length: connections }, pingPong));
const used = opened < 0 ? -1 : cpuSeconds() - opened;
latencies.sort((a, b) => a - b);
console.log(JSON.stringify({
  requests: latencies.length,
  seconds: (performance.now() - warm) / 1000,
  cpuSeconds: used,
  p50: quantile(0.5),
  p99: quantile(0.99),
  max: quantile(1),
}));
