import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { RuntimeError } from "../../loop/errors.ts";
import {
  currentLoop,
  getRunningLoop,
  runInCallback,
} from "../../loop/running.ts";
import type { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { getEventLoop, setEventLoop } from "../../loop/policy.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { testScripts, testVirtual, virtualLoop } from "./_support.ts";

Deno.test("getRunningLoop() throws outside any loop", () => {
  assertThrows(() => getRunningLoop(), RuntimeError, "no running event loop");
});

testScripts(
  "getRunningLoop() is the loop of the task, after every wait",
  async (style) => {
    const loop = getRunningLoop();
    const seen = await createTask(style.body(function* () {
      const loops = [getRunningLoop()];
      yield sleep(0);
      loops.push(getRunningLoop());
      yield sleep(1);
      loops.push(getRunningLoop());
      return loops;
    }));
    assert(seen.every((each) => each === loop));
  },
);

testVirtual(
  "getRunningLoop() is known after a promise of the host",
  async () => {
    const loop = getRunningLoop();
    for (let i = 0; i < 3; i++) await Promise.resolve();
    assertStrictEquals(getRunningLoop(), loop);
  },
);

Deno.test("getRunningLoop() at the top level is the loop that runs", async () => {
  const loop = virtualLoop();
  const run = loop.runForever();
  assertStrictEquals(getRunningLoop(), loop);
  loop.stop();
  await run;
  loop.close();
  assertThrows(() => getRunningLoop(), RuntimeError);
});

Deno.test("currentLoop() falls back on the loop of the policy", () => {
  const loop = virtualLoop();
  setEventLoop(loop);
  assertStrictEquals(currentLoop(), loop);
  assertStrictEquals(getEventLoop(), loop);
  setEventLoop(null);
  loop.close();
});

testVirtual("runInCallback() calls outside the task, in the loop", async () => {
  const loop = getRunningLoop() as BaseEventLoop;
  const task = currentTask();
  const result = runInCallback(
    loop,
    (a: number, b: number) => {
      assertEquals(currentTask(), null);
      assertStrictEquals(getRunningLoop(), loop);
      return a + b;
    },
    1,
    2,
  );
  assertEquals(result, 3);
  assertStrictEquals(currentTask(), task);
  await sleep(0);
});

testVirtual(
  "runInCallback() lets errors through and puts the task back",
  async () => {
    const loop = getRunningLoop() as BaseEventLoop;
    const task = currentTask();
    assertThrows(
      () =>
        runInCallback(loop, () => {
          throw new RangeError("broken");
        }),
      RangeError,
    );
    assertStrictEquals(currentTask(), task);
    await sleep(0);
  },
);
