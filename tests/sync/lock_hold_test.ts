import { assertEquals, assertMatch } from "@std/assert";
import { type LogRecord, setLogger } from "../../loop/log.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { currentTask } from "../../loop/tasks.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { Condition } from "../../sync/condition.ts";
import { Lock } from "../../sync/lock.ts";

/** Runs `main` on virtual time and returns what was logged. */
async function logged(
  main: () => Promise<void>,
  debug = true,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  try {
    const loopFactory = () => new VirtualTimeEventLoop();
    await run(main, { debug, loopFactory });
  } finally {
    setLogger(null);
  }
  return records;
}

Deno.test("debug mode reports a lock that was held too long, at its release", async () => {
  const [record, ...others] = await logged(async () => {
    currentTask()!.setName("hoarder");
    const lock = new Lock();
    await lock.with(() => sleep(9));
    await lock.with(() => sleep(11));
  });
  assertEquals(others, []);
  assertEquals(record?.level, "warning");
  assertMatch(
    record!.message,
    /^<Lock \[locked\]> held for 11\.000 seconds by <Task .*name='hoarder'/,
  );
  assertMatch(
    record!.message,
    /\nLock acquired at .*:\n(.*\n)*.*lock_hold_test\.ts/,
  );
});

Deno.test("debug mode reports a lock that is held when the loop closes", async () => {
  const records = await logged(async () => {
    getRunningLoop().longHoldDuration = 1;
    await new Lock().acquire();
    await sleep(1);
  });
  assertEquals(records.length, 1);
  assertMatch(
    records[0]!.message,
    /^<Lock \[locked\]> held for 1\.000 seconds/,
  );
});

Deno.test("a step that takes very many locks keeps those that it holds", async () => {
  const records = await logged(async () => {
    getRunningLoop().longHoldDuration = 1;
    const free = new Lock();
    for (let i = 0; i < 2500; i++) {
      await free.acquire();
      free.release();
      if (i % 2 === 0) await new Lock().acquire();
    }
    await sleep(1);
  });
  assertEquals(records.length, 1250);
});

Deno.test("a condition is not held by those who wait for it", async () => {
  const records = await logged(async () => {
    const condition = new Condition();
    const waiting = getRunningLoop().createTask(() =>
      condition.with(() => condition.wait())
    );
    await sleep(60);
    await condition.with(async () => condition.notify());
    await waiting;
  });
  assertEquals(records, []);
});

Deno.test("outside debug mode locks may be held for ever", async () => {
  const records = await logged(
    () => new Lock().with(() => sleep(1e6)),
    false,
  );
  assertEquals(records, []);
});
