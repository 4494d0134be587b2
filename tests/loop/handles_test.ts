import { AsyncLocalStorage } from "node:async_hooks";
import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { RuntimeError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { currentTask } from "../../loop/tasks.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { collectGarbage } from "./_garbage.ts";
import { recordReports, testVirtual } from "./_support.ts";

Deno.test("Handle.cancel() keeps the callback from running (L1)", async () => {
  const loop = new VirtualTimeEventLoop();
  let calls = 0;
  const handles = [
    loop.callSoon(() => calls++),
    loop.callLater(1, () => calls++),
    loop.callAt(1, () => calls++),
  ];
  for (const handle of handles) {
    assertFalse(handle.cancelled());
    handle.cancel();
    assertEquals(handle.cancelled(), true);
  }
  loop.callLater(2, () => loop.stop());
  await loop.runForever();
  loop.close();
  assertEquals(calls, 0);
});

testVirtual("Handle.cancel() is too late once the callback runs", async () => {
  const loop = getRunningLoop();
  const log: string[] = [];
  const handle = loop.callSoon(() => {
    handle.cancel();
    log.push("still ran");
  });
  await sleep(0);
  handle.cancel();
  assertEquals(log, ["still ran"]);
});

Deno.test("Handle.cancel() lets go of callback and arguments (L11)", async () => {
  const loop = new BaseEventLoop();
  const kept: WeakRef<object>[] = [];
  const handles = [0, 1].map((i) => {
    const captured = {};
    const argument = {};
    kept.push(new WeakRef(captured), new WeakRef(argument));
    const callback = (_: object) => captured;
    return i === 0
      ? loop.callSoon(callback, argument)
      : loop.callLater(60, callback, argument);
  });
  for (const handle of handles) handle.cancel();
  await collectGarbage();
  assertEquals(kept.map((reference) => reference.deref()), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(handles.map((handle) => handle.cancelled()), [true, true]);
  loop.close();
});

testVirtual("TimerHandle.when() tells the loop's time", async () => {
  const loop = getRunningLoop();
  await sleep(2);
  assertEquals(loop.callLater(1.5, () => {}).when(), 3.5);
  assertEquals(loop.callAt(10, () => {}).when(), 10);
});

testVirtual("a callback is in no task, but in the loop (K18)", async () => {
  const loop = getRunningLoop();
  const seen: unknown[] = [];
  loop.callSoon(() => seen.push(currentTask(), getRunningLoop() === loop));
  loop.callLater(1, () => seen.push(currentTask(), getRunningLoop() === loop));
  await sleep(2);
  assertEquals(seen, [null, true, null, true]);
});

testVirtual(
  "an error in a callback is reported with its handle (L9, H1)",
  async () => {
    const loop = getRunningLoop();
    const reports = recordReports();
    const error = new RuntimeError("broken");
    const handle = loop.callSoon(() => {
      throw error;
    });
    await sleep(0);
    assertEquals(reports.length, 1);
    const [{ message, exception, handle: reported }] = reports as [
      typeof reports[0],
    ];
    assertMatch(message, /^Exception in callback <Handle/);
    assertEquals(exception, error);
    assertEquals(reported === handle, true);
  },
);

testVirtual("an error that is undefined is reported too (L9)", async () => {
  const loop = getRunningLoop();
  const reports = recordReports();
  loop.callSoon(() => {
    throw undefined;
  });
  await sleep(0);
  assertEquals(reports.length, 1);
});

testVirtual(
  "an async callback stays outside the task that scheduled it (K18)",
  async () => {
    const loop = getRunningLoop();
    const seen: unknown[] = [];
    const walk = async () => {
      seen.push(currentTask());
      await null;
      seen.push(currentTask());
      await sleep(1);
      seen.push(currentTask());
    };
    // Debug mode refuses async functions as callbacks: nobody awaits them.
    const look = () => void walk();
    const context = AsyncLocalStorage.snapshot();
    const future = loop.createFuture<void>();
    loop.callSoon(look);
    loop.callLater(1, look);
    future.addDoneCallback(look);
    future.addDoneCallback(look, { context });
    future.setResult();
    await sleep(5);
    assertEquals(seen, Array(12).fill(null));
  },
);
