/**
 * A chat: what one client writes, all others are sent. A client that does not
 * read is dropped before it fills the memory.
 *
 *     deno run --allow-net examples/chat_server.ts
 *     nc 127.0.0.1 8890     (twice, in two terminals)
 *
 * Options: --port 8890, and --introspect 8891 to let `deno task ps
 * 127.0.0.1:8891` see its tasks. Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const MOST_UNREAD_BYTES = 1_000_000;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "8890" },
    introspect: { type: "string" },
  },
});
const members = new Map<asyncio.StreamWriter, string>();

function tell(message: string, from?: asyncio.StreamWriter) {
  console.log(message);
  for (const writer of members.keys()) {
    if (writer === from || writer.isClosing()) continue;
    writer.write(`${message}\n`);
    const { transport } = writer;
    if (transport.getWriteBufferSize() > MOST_UNREAD_BYTES) transport.abort();
  }
}

async function chat(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  await using _ = writer;
  const readText = async () =>
    new TextDecoder().decode(await reader.readline());
  writer.write("Your name? ");
  const name = (await readText()).trim() || "nobody";
  asyncio.currentTask()!.setName(`chat with ${name}`);
  members.set(writer, name);
  tell(`${name} is here, ${members.size} in the room`);
  try {
    for (let line; (line = await readText()) !== "";) {
      tell(`${name}: ${line.trimEnd()}`, writer);
    }
  } finally {
    members.delete(writer);
    tell(`${name} has left`);
  }
}

await asyncio.run(async function main() {
  if (values.introspect !== undefined) {
    await asyncio.serveIntrospection({ port: Number(values.introspect) });
  }
  const server = await asyncio.startServer(
    chat,
    "127.0.0.1",
    Number(values.port),
  );
  console.log(`Listening on ${server}`);
  await server.serveForever();
});

// Output:
// Listening on <Server 127.0.0.1:{port}>
// Ada is here, 1 in the room
// Grace is here, 2 in the room
// Ada: hello Grace
// Grace: hello Ada
// Ada has left
// Grace has left
