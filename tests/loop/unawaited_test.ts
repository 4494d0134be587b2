import { assertEquals, assertStringIncludes } from "@std/assert";
import { coroutine } from "../../loop/coroutine_function.ts";
import { type LogRecord, setLogger } from "../../loop/log.ts";
import { run } from "../../loop/runners.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { Queue } from "../../queues/queue.ts";
import { collectGarbage } from "./_garbage.ts";

/** Runs something on a loop, and gives what was logged once it is collected. */
async function loggedBy(
  main: () => Promise<void>,
  debug: boolean,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  try {
    await run(main, { debug });
    await collectGarbage();
  } finally {
    setLogger(null);
  }
  return records;
}

/** Drops a coroutine, one of the library's and one of a user's. */
async function careless(): Promise<void> {
  const queue = new Queue<number>();
  const fetchPage = coroutine(function* fetchPage() {
    yield* sleep(0);
  });
  queue.put(1);
  fetchPage();
  await sleep(0);
}

Deno.test("a coroutine that is dropped is reported in debug mode (K16)", async () => {
  const records = await loggedBy(careless, true);
  const messages = records.map(({ message }) => message).sort();
  assertEquals(messages.map((message) => message.split("\n")[0]), [
    "coroutine 'Queue.put' was never awaited",
    "coroutine 'fetchPage' was never awaited",
  ]);
  // The place that made it, first of all.
  for (const message of messages) {
    assertStringIncludes(message.split("\n")[2]!, "unawaited_test.ts");
  }
});

Deno.test("a coroutine that is dropped costs nothing without debug mode", async () => {
  assertEquals(await loggedBy(careless, false), []);
});

Deno.test("a coroutine that is awaited, run, chained or closed is not reported", async () => {
  const records = await loggedBy(async () => {
    await sleep(0);
    await createTask(sleep(0));
    await sleep(0).then(() => {});
    await createTask(function* () {
      yield* sleep(0);
    });
    const late = sleep(0);
    await sleep(0.001);
    await late;
    sleep(0).close();
  }, true);
  assertEquals(records, []);
});

Deno.test("a step may make very many coroutines before it awaits them", async () => {
  const records = await loggedBy(async () => {
    const many = Array.from({ length: 1100 }, () => sleep(0));
    for (const nap of many) await nap;
  }, true);
  // To look at so many takes its time, which the step is blamed for.
  const dropped = records.filter(({ fields }) => "name" in fields);
  assertEquals(dropped, []);
});
