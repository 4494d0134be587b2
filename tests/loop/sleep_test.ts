import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { CancelledError } from "../../loop/errors.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { testScripts } from "./_support.ts";

testScripts("sleep() waits in seconds and gives its result", async (style) => {
  const loop = getRunningLoop();
  const task = createTask(style.body(function* () {
    const results: unknown[] = [yield sleep(1.5)];
    results.push(loop.time(), yield sleep(2, "value"), loop.time());
    results.push(yield sleep(0, "at once"), loop.time());
    return results;
  }));
  assertEquals(await task, [undefined, 1.5, "value", 3.5, "at once", 3.5]);
});

for (const delay of [0, -1, -Infinity]) {
  testScripts(
    `sleep(${delay}) gives up one turn, without a timer (T5)`,
    async (style) => {
      const log: string[] = [];
      const loop = getRunningLoop();
      const task = createTask(style.body(function* () {
        log.push("before");
        yield sleep(delay);
        log.push("after");
      }));
      loop.callSoon(() => {
        log.push("same iteration");
        loop.callSoon(() => log.push("next iteration"));
      });
      await task;
      assertEquals(log, [
        "before",
        "same iteration",
        "after",
        "next iteration",
      ]);
      assertEquals(loop.time(), 0);
    },
  );
}

Deno.test("sleep() refuses what is no number of seconds (T5)", () => {
  for (const delay of [NaN, undefined, null, "1", {}]) {
    assertThrows(
      () => sleep(delay as number),
      RangeError,
      "Cannot sleep: delay is not a number",
    );
  }
});

testScripts("sleep() that is cancelled leaves no timer (T5)", async (style) => {
  const task = createTask(style.body(function* () {
    yield sleep(3600);
  }));
  await sleep(1);
  task.cancel("awake");
  await assertRejects(async () => await task, CancelledError, "awake");
  // A timer left behind would be where the clock jumps to.
  const other = createTask(sleep(7200));
  getRunningLoop().callLater(5000, () => other.cancel());
  await assertRejects(async () => await other, CancelledError);
  assertEquals(getRunningLoop().time(), 5001);
});

testScripts(
  "sleep() that is over when it is cancelled throws all the same (K5)",
  async (style) => {
    const loop = getRunningLoop();
    const log: string[] = [];
    const task = createTask(style.body(function* () {
      try {
        yield sleep(1);
        log.push("slept");
      } catch (error) {
        log.push(String(error));
      }
    }));
    await sleep(0);
    // After the sleep's own timer, before the handle that it makes ready.
    loop.callAt(1, () => task.cancel("late"));
    await task;
    assertEquals(log, ["CancelledError: late"]);
  },
);

testScripts(
  "sleepers wake in the order of their deadlines (T3, T4)",
  async (style) => {
    const log: string[] = [];
    const sleeper = (name: string, delay: number) =>
      createTask(style.body(function* () {
        yield sleep(delay);
        log.push(name);
      }));
    const tasks = [
      sleeper("c", 3),
      sleeper("a1", 1),
      sleeper("b", 2),
      sleeper("a2", 1),
    ];
    for (const task of tasks) await task;
    assertEquals(log, ["a1", "a2", "b", "c"]);
  },
);

testScripts(
  "sleep() can be longer than a native timer holds",
  async (style) => {
    const year = 365 * 24 * 3600;
    await createTask(style.body(function* () {
      yield sleep(10 * year);
    }));
    assertEquals(getRunningLoop().time(), 10 * year);
  },
);

testScripts("sleep(Infinity) waits until it is cancelled", async (style) => {
  const task = createTask(style.body(function* () {
    yield sleep(Infinity);
  }));
  await sleep(1e9);
  task.cancel();
  await assertRejects(async () => await task, CancelledError);
  assertEquals(getRunningLoop().time(), 1e9);
});

testScripts(
  "sleep() that is cancelled when its time has come wakes up once",
  async (style) => {
    const loop = getRunningLoop();
    const task = createTask(style.body(function* () {
      const times: number[] = [];
      for (const delay of [1, 5]) {
        try {
          yield sleep(delay);
        } catch (error) {
          if (!(error instanceof CancelledError)) throw error;
          times.push(loop.time());
        }
      }
      return times;
    }));
    // Before the timer of the sleep, in the same iteration.
    loop.callLater(1, () => task.cancel());
    loop.callLater(2, () => task.cancel());
    assertEquals(await task, [1, 2]);
  },
);

Deno.test("sleep() takes real time on a real loop, and never too little", () =>
  run(async () => {
    const loop = getRunningLoop();
    for (const delay of [0.001, 0.003, 0.006]) {
      const start = loop.time();
      await sleep(delay);
      const elapsed = loop.time() - start;
      assert(elapsed >= delay, `${elapsed} < ${delay}`);
    }
  }, { loopFactory: () => new BaseEventLoop() }));

Deno.test("sleep() that is cancelled on a real loop leaves nothing pending", () =>
  run(async () => {
    const task = createTask(sleep(3600));
    await sleep(0.001);
    task.cancel();
    await assertRejects(async () => await task, CancelledError);
  }, { loopFactory: () => new BaseEventLoop() }));
