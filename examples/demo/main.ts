/**
 * The library at work on real TCP: two servers, and clients that are fed from a
 * queue. One client is slow: the server closes its connection, and its task is
 * cancelled.
 *
 *     deno task demo
 *     deno task demo --help
 *
 * @module
 */
import * as asyncio from "@asyncio/asyncio";
import { HELP, parseOptions, UsageError } from "./options.ts";
import { report } from "./report.ts";
import { demonstrate } from "./demonstrate.ts";
import { Tallies } from "./tally.ts";

const WRONG_USAGE = 2;
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const options = parseOptions(Deno.args);
  if (options === null) {
    console.log(HELP.trimEnd());
    return 0;
  }
  const tallies = new Tallies();
  try {
    await asyncio.run(() => demonstrate(options, tallies));
    console.log(report(tallies));
    return 0;
  } catch (error) {
    if (!(error instanceof asyncio.KeyboardInterrupt)) throw error;
    console.log(`Interrupted. Up to then:\n\n${report(tallies)}`);
    return INTERRUPTED;
  }
}

try {
  Deno.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`demo: ${error.message}`);
    Deno.exitCode = WRONG_USAGE;
  } else if (error instanceof Deno.errors.AddrInUse) {
    console.error("demo: the port is in use, choose another with --port");
    Deno.exitCode = 1;
  } else throw error;
}
