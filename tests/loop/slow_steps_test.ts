import { assert, assertEquals, assertMatch } from "@std/assert";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { type LogRecord, setLogger } from "../../loop/log.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";

/** Keeps the processor busy. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** What a main function logs on a real loop that finds 50 ms slow. */
async function loggedBy(
  main: () => Promise<void>,
  debug = true,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  const loopFactory = () => {
    const loop = new BaseEventLoop();
    loop.slowCallbackDuration = 0.05;
    return loop;
  };
  try {
    await run(main, { debug, loopFactory });
  } finally {
    setLogger(null);
  }
  return records;
}

const SLOW: Record<string, () => Promise<void>> = {
  "a callback": async () => {
    getRunningLoop().callSoon(function slow() {
      block(55);
    });
    await sleep(0.001);
  },
  "a step of a generator": async () => {
    await createTask(function* () {
      yield* sleep(0);
      block(55);
    }, { name: "slow" });
  },
  "a step of an async function": async () => {
    await createTask(async () => {
      await sleep(0);
      await null;
      block(55);
    }, { name: "slow" });
  },
};

for (const [name, main] of Object.entries(SLOW)) {
  Deno.test(`debug mode reports ${name} that takes too long (D2)`, async () => {
    const records = await loggedBy(main);
    assert(records.length >= 1);
    const { level, message } = records[0]!;
    assertEquals(level, "warning");
    assertMatch(message, /^Executing <.*slow.*> took \d+\.\d{3} seconds/);
  });
}

Deno.test("nothing is reported of steps that are quick, or wait", async () => {
  const records = await loggedBy(async () => {
    await createTask(async () => await sleep(0.08));
    await new Promise((resolve) => setTimeout(resolve, 80));
  });
  assertEquals(records, []);
});

Deno.test("nothing is timed without debug mode", async () => {
  assertEquals(await loggedBy(SLOW["a callback"]!, false), []);
});
