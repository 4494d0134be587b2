/**
 * Runs many commands, a few at once, with a line that shows the progress. Ctrl-C
 * kills those that run.
 *
 *     deno run --allow-run examples/process_pool.ts
 *     deno run --allow-run examples/process_pool.ts --jobs 2 'sleep 1' false
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { jobs: { type: "string", default: "4" } },
  allowPositionals: true,
});
const jobs = Number(values.jobs);
const commands = positionals.length > 0 ? positionals : [
  ...Array.from({ length: 16 }, (_, i) => `sleep 0.${i % 4}; echo done ${i}`),
  "echo not so good; exit 3",
  "no-such-command",
];

const running = new Set<string>();
const failures: string[] = [];
let ended = 0;

function showProgress() {
  if (!Deno.stderr.isTerminal()) return;
  const text = ended === commands.length
    ? ""
    : `${ended}/${commands.length}  ${[...running].join(" | ")}`;
  const line = `\r\x1b[K${text.slice(0, 79)}`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

async function runCommand(command: string) {
  running.add(command);
  showProgress();
  await using process = await asyncio.createSubprocessShell(command, {
    stdin: asyncio.DEVNULL,
    stdout: asyncio.PIPE,
    stderr: asyncio.STDOUT,
  });
  const [output] = await process.communicate();
  if (process.returncode !== 0) {
    const text = new TextDecoder().decode(output).trimEnd();
    failures.push(`${command}: ended with ${process.returncode}: ${text}`);
  }
  running.delete(command);
  ended++;
  showProgress();
}

await asyncio.run(async () => {
  const slots = new asyncio.Semaphore(jobs);
  await asyncio.taskGroup(async (group) => {
    for (const command of commands) {
      const slot = await slots.acquire();
      group.createTask(async () => {
        using _ = slot;
        await runCommand(command);
      });
    }
  });
});

console.log(`${commands.length - failures.length} succeeded`);
for (const failure of failures.sort()) console.log(failure);

// Output:
// 16 succeeded
// echo not so good; exit 3: ended with 3: not so good
// no-such-command: ended with 127: {shell}: no-such-command: {words}
