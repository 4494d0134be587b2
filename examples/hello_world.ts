/**
 * A main function that waits for a second. Others could run meanwhile.
 *
 *     deno run examples/hello_world.ts
 */
import * as asyncio from "@asyncio/asyncio";

async function main() {
  console.log("Hello ...");
  await asyncio.sleep(1);
  console.log("... world!");
}

await asyncio.run(main);

// Output:
// Hello ...
// ... world!
