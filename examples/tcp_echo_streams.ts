/**
 * An echo server with streams: one task per connection, which reads line after
 * line and waits where the client does not take what it is sent.
 *
 *     deno run --allow-net examples/tcp_echo_streams.ts
 *     nc 127.0.0.1 8889
 *
 * Options: --port 8889. Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: Deno.args,
  options: { port: { type: "string", default: "8889" } },
});

async function echo(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  await using _ = writer; // closed however the task ends
  let lines = 0;
  for await (const line of reader) {
    writer.write(line);
    await writer.drain();
    lines++;
  }
  console.log(`Echoed ${lines} lines`);
}

await asyncio.run(async () => {
  const server = await asyncio.startServer(
    echo,
    "127.0.0.1",
    Number(values.port),
  );
  console.log(`Listening on ${server}`);
  await server.serveForever();
});

// Output:
// Listening on <Server 127.0.0.1:{port}>
// Echoed 2 lines
