/**
 * Measures one subject at one work in a process of its own, so that nobody runs on code the compiler has fitted to
 * somebody else: `child.ts WORK SUBJECT SECONDS` prints `{"figure":...}`.
 */
import { idOf } from "./work.ts";
import { WORKS } from "./works.ts";

const [id, subject, seconds] = Deno.args as [string, string, string];
const work = WORKS.find((work) => idOf(work) === id);
const measure = work?.subjects[subject];
if (measure === undefined) {
  throw new Error(`Cannot measure "${subject}" at "${id}": not in the list`);
}
console.log(JSON.stringify({ figure: await measure(Number(seconds)) }));
Deno.exit();
