import { assertEquals } from "@std/assert";

/** Runs a program that knows nothing of the package but one entry point. */
async function runAlone(entry: string, program: string): Promise<string> {
  const specifier = new URL(`../../${entry}`, import.meta.url).href;
  const source = `import * as entry from "${specifier}";\n${program}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", source],
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test("sync/ works alone and outside any task", async () => {
  const output = await runAlone(
    "sync/mod.ts",
    `const lock = new entry.Lock();
    await lock.acquire();
    const waiter = lock.acquire().then(() => console.log("waited"));
    lock.release();
    await waiter;
    const event = new entry.Event();
    setTimeout(() => event.set(), 1);
    console.log(await event.wait());`,
  );
  assertEquals(output, "waited\ntrue\n");
});

Deno.test("queues/ works alone and outside any task", async () => {
  const output = await runAlone(
    "queues/mod.ts",
    `const queue = new entry.Queue(1);
    setTimeout(() => queue.putNowait("late"), 1);
    console.log(await queue.get());
    await queue.put("last");
    queue.shutdown();
    for await (const item of queue) console.log(item);`,
  );
  assertEquals(output, "late\nlast\n");
});
