/**
 * A server that SIGTERM stops without harm: it takes no more connections, lets
 * go of the clients that want nothing, and gives the others some seconds to get
 * their answer.
 *
 *     deno run --allow-net examples/graceful_server.ts
 *     nc 127.0.0.1 8891              (write a line: the answer takes a while)
 *     kill %1                        (or pkill, systemctl stop, docker stop)
 *
 * Options: --port 8891, --work 1 seconds per answer, --drain 5 seconds to finish.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "8891" },
    work: { type: "string", default: "1" },
    drain: { type: "string", default: "5" },
  },
});
const idle = new Set<asyncio.StreamWriter>();
let draining = false;

async function serve(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  await using _ = writer;
  while (!draining) {
    idle.add(writer);
    const line = new TextDecoder().decode(await reader.readline());
    idle.delete(writer);
    if (line === "") break; // the client is gone, or we let go of it
    console.log(`Working on ${line.trimEnd()}`);
    await asyncio.sleep(Number(values.work));
    writer.write(`done: ${line}`);
    await writer.drain();
  }
}

async function main() {
  const server = await asyncio.startServer(
    serve,
    "127.0.0.1",
    Number(values.port),
  );
  console.log(`Listening on ${server}`);
  try {
    await new asyncio.Event().wait(); // until SIGTERM or Ctrl-C cancels it
  } finally {
    server.close(); // nobody connects any more
    console.log("Stopping");
    draining = true;
    for (const writer of idle) writer.close();
    const inTime = await server.shutdown(Number(values.drain));
    console.log(inTime ? "All clients have their answer" : "Some were cut off");
  }
}

// Should all of that take too long, the run is given up after the grace period.
await asyncio.run(main, { handleSigterm: true, gracePeriod: 30 });

// Output:
// Listening on <Server 127.0.0.1:{port}>
// Working on a slow job
// Stopping
// All clients have their answer
