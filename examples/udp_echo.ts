/**
 * A UDP echo server: every datagram goes back to where it came from.
 *
 *     deno run --allow-net examples/udp_echo.ts
 *     nc -u 127.0.0.1 8890
 *
 * Options: --port 8890. Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: Deno.args,
  options: { port: { type: "string", default: "8890" } },
});

await asyncio.run(async () => {
  await using endpoint = await asyncio.openDatagramEndpoint({
    hostname: "127.0.0.1",
    port: Number(values.port),
  });
  console.log(`Listening on ${endpoint}`);
  for await (const [data, address] of endpoint) {
    console.log(`Received ${data.length} bytes`);
    await endpoint.send(data, address);
  }
});

// Output:
// Listening on <DatagramEndpoint 127.0.0.1:{port}>
// Received 6 bytes
