/**
 * What a shell writes as `yes | head -n 3`, with the bytes passing through this
 * program: it waits when the second does not read, and ends when it has ended.
 *
 *     deno run --allow-run examples/pipeline.ts
 *     deno run --allow-run examples/pipeline.ts 'ps ax' 'sort -k 4'
 */
import * as asyncio from "@asyncio/asyncio";

const { PIPE } = asyncio;
const [first = "yes", second = "head -n 3"] = Deno.args;

async function pass(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  let bytes = 0;
  try {
    while (true) {
      const chunk = await reader.read(65_536);
      if (chunk.length === 0) break;
      writer.write(chunk);
      await writer.drain(); // or else the memory would fill up
      bytes += chunk.length;
    }
  } catch (error) {
    if (!hasClosed(error)) throw error;
  }
  writer.close();
  return bytes;
}

/** Tells whether an error says that a program does not read its input. */
function hasClosed(error: unknown) {
  const { BrokenPipe, ConnectionReset } = Deno.errors;
  return error instanceof BrokenPipe || error instanceof ConnectionReset;
}

await asyncio.run(async () => {
  // What is left of the two at the end of the block is killed.
  await using source = await asyncio.createSubprocessShell(first, {
    stdout: PIPE,
  });
  await using sink = await asyncio.createSubprocessShell(second, {
    stdin: PIPE,
    stdout: PIPE,
  });
  const passing = asyncio.createTask(() => pass(source.stdout, sink.stdin));
  for await (const line of sink.stdout) {
    console.log(new TextDecoder().decode(line).trimEnd());
  }
  console.log(`"${second}" ended with ${await sink.wait()},`);
  console.log(`after ${await passing} bytes from "${first}"`);
});

// Output:
// y
// y
// y
// "head -n 3" ended with 0,
// after {some} bytes from "yes"
