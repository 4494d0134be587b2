/**
 * Forwards connections to another host, both ways, as fast as the slower side.
 *
 *     deno run --allow-net examples/port_forwarder.ts --to 127.0.0.1:8888
 *     nc 127.0.0.1 8891
 *
 * Options: --port 8891, --to host:port. Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "8891" },
    to: { type: "string", default: "127.0.0.1:8888" },
  },
});
const target = new URL(`tcp://${values.to}`);

async function pipe(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
): Promise<number> {
  let total = 0;
  while (true) {
    const data = await reader.read(65536);
    if (data.length === 0) break;
    writer.write(data);
    await writer.drain();
    total += data.length;
  }
  writer.writeEof(); // the other direction goes on
  return total;
}

async function forward(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  await using _near = writer;
  try {
    const [there, far] = await asyncio.openConnection(
      target.hostname,
      Number(target.port),
      { happyEyeballsDelay: 0.25 },
    );
    await using _far = far;
    const [sent, received] = await asyncio.gather(
      () => pipe(reader, far),
      () => pipe(there, writer),
    );
    console.log(`Forwarded ${sent} bytes there, ${received} bytes back`);
  } catch (error) {
    console.log(`Cannot forward: ${(error as Error).message}`);
  }
}

await asyncio.run(async () => {
  const server = await asyncio.startServer(
    forward,
    "127.0.0.1",
    Number(values.port),
  );
  console.log(`Listening on ${server}`);
  await server.serveForever();
});

// Output:
// Listening on <Server 127.0.0.1:{port}>
// Forwarded 6 bytes there, 6 bytes back
