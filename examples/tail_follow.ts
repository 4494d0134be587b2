/**
 * Reads a file as it grows, line by line, and tells when nothing has come for a
 * while. A wait that times out loses nothing: the next one goes on.
 *
 *     deno run --allow-run=tail examples/tail_follow.ts FILE
 *
 * Options: --idle 1 (seconds). Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values, positionals: [path = "/var/log/syslog"] } = parseArgs({
  args: Deno.args,
  options: { idle: { type: "string", default: "1" } },
  allowPositionals: true,
});
const idle = Number(values.idle);

async function* follow(path: string) {
  await using tail = await asyncio.createSubprocessExec(
    "tail",
    "-n",
    "10",
    "-F",
    path,
    { stdout: asyncio.PIPE, stderr: asyncio.DEVNULL },
  );
  while (true) {
    const line = await nextLine(tail.stdout);
    if (line?.length === 0) return;
    yield line && new TextDecoder().decode(line).trimEnd();
  }
}

/** Returns the next line, or nothing if none comes soon. */
async function nextLine(reader: asyncio.StreamReader) {
  try {
    return await asyncio.timeout(idle, () => reader.readline());
  } catch (error) {
    if (error instanceof asyncio.TimeoutError) return null;
    throw error;
  }
}

await asyncio.run(async () => {
  let isQuiet = false;
  for await (const line of follow(path)) {
    if (line !== null) console.log(line);
    else if (!isQuiet) console.log(`(nothing new for ${idle} s)`);
    isQuiet = line === null;
  }
});

// Output:
// one
// two
// (nothing new for 0.2 s)
// three
