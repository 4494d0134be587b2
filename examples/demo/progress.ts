import * as asyncio from "@asyncio/asyncio";
import { grouped } from "./format.ts";
import type { Tallies } from "./tally.ts";

const CLEAR_LINE = "\r\x1b[K";

/** Shows how far it is: one line on a terminal, else one a second. */
export async function showProgress(tallies: Tallies): Promise<void> {
  const isTerminal = Deno.stdout.isTerminal();
  let before = 0;
  try {
    while (true) {
      const { messages } = tallies.total;
      const line = `${tallies.seconds.toFixed(1)} s  ` +
        `${grouped(messages)} messages  (+${grouped(messages - before)})`;
      before = messages;
      if (isTerminal) print(CLEAR_LINE + line);
      else if (messages > 0) print(line + "\n");
      await asyncio.sleep(isTerminal ? 0.1 : 1);
    }
  } finally {
    if (isTerminal) print(CLEAR_LINE);
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
