/**
 * A client that sends three lines and reads each one back; the servers are
 * echo_protocol_server.ts and tcp_echo_streams.ts.
 *
 *     deno run --allow-net examples/echo_client.ts
 *
 * Options: --port 8888.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: Deno.args,
  options: { port: { type: "string", default: "8888" } },
});

async function main() {
  const [reader, writer] = await asyncio.timeout(
    3,
    () => asyncio.openConnection("127.0.0.1", Number(values.port)),
  );
  await using _ = writer; // closed at the end, and waited for
  for (const word of ["one", "two", "three"]) {
    writer.write(`${word}\n`);
    const line = await reader.readline();
    console.log(`Received: ${new TextDecoder().decode(line).trimEnd()}`);
  }
}

await asyncio.run(main);

// Output:
// Received: one
// Received: two
// Received: three
