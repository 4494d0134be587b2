/**
 * Counts the lines and bytes of its standard input, and tells so every second
 * while they come.
 *
 *     deno run examples/stdin_lines.ts < README.md
 */
import * as asyncio from "@asyncio/asyncio";

let lines = 0;
let bytes = 0;

async function report() {
  while (true) {
    await asyncio.sleep(1);
    console.log(`${lines} lines so far`);
  }
}

await asyncio.run(async () => {
  const loop = asyncio.getRunningLoop();
  const reader = new asyncio.StreamReader();
  await loop.connectReadPipe(
    () => new asyncio.StreamReaderProtocol(reader),
    Deno.stdin,
  );
  const reporter = asyncio.createTask(report);
  for await (const line of reader) {
    lines++;
    bytes += line.length;
  }
  reporter.cancel();
});
console.log(`${lines} lines, ${bytes} bytes`);

// Output:
// 3 lines, 14 bytes
