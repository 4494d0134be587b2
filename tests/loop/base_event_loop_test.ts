import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { RuntimeError } from "../../loop/errors.ts";
import { Future } from "../../loop/futures.ts";
import { Handle, TimerHandle } from "../../loop/handles.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { Task } from "../../loop/tasks.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { testVirtual } from "./_support.ts";

Deno.test("stop() finishes the iteration and keeps what it scheduled (L5)", async () => {
  const loop = new VirtualTimeEventLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    loop.stop();
    loop.callSoon(() => log.push("next run"));
    log.push("stopping");
  });
  loop.callSoon(() => log.push("same iteration"));
  await loop.runForever();
  assertEquals(log, ["stopping", "same iteration"]);
  loop.stop();
  await loop.runForever();
  loop.close();
  assertEquals(log, ["stopping", "same iteration", "next run"]);
});

Deno.test("stop() before runForever() gives exactly one iteration (L5)", async () => {
  const loop = new VirtualTimeEventLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    log.push("first");
    loop.callSoon(() => log.push("second"));
  });
  loop.callLater(1, () => log.push("timer"));
  loop.stop();
  await loop.runForever();
  assertEquals(log, ["first"]);
  loop.stop();
  await loop.runForever();
  loop.close();
  assertEquals(log, ["first", "second"]);
});

Deno.test("stop() wakes a loop that waits for a timer", async () => {
  const loop = new BaseEventLoop();
  loop.callLater(60, () => {});
  setTimeout(() => loop.stop(), 1);
  await loop.runForever();
  loop.close();
});

Deno.test("runForever() can be called again and again", async () => {
  const loop = new VirtualTimeEventLoop();
  let runs = 0;
  for (let i = 0; i < 3; i++) {
    loop.callSoon(() => {
      runs++;
      loop.stop();
    });
    await loop.runForever();
  }
  loop.close();
  assertEquals(runs, 3);
});

Deno.test("isRunning() and isClosed() tell the state of the loop", async () => {
  const loop = new VirtualTimeEventLoop();
  assertFalse(loop.isRunning());
  let inside = false;
  loop.callSoon(() => {
    inside = loop.isRunning();
    loop.stop();
  });
  await loop.runForever();
  assert(inside);
  assertFalse(loop.isRunning());
  assertFalse(loop.isClosed());
  loop.close();
  assert(loop.isClosed());
});

Deno.test("runUntilComplete() returns the result, of anything awaitable (L6)", async () => {
  const loop = new VirtualTimeEventLoop();
  assertEquals(await loop.runUntilComplete(async () => 1), 1);
  assertEquals(await loop.runUntilComplete(() => sleep(1, 2)), 2);
  assertEquals(await loop.runUntilComplete(sleep(1, 3)), 3);
  const future = loop.createFuture<number>();
  loop.callLater(1, () => future.setResult(4));
  assertEquals(await loop.runUntilComplete(future), 4);
  assertEquals(await loop.runUntilComplete(future), 4);
  const generator = (function* () {
    return yield* sleep(1, 5);
  })();
  assertEquals(await loop.runUntilComplete(generator), 5);
  loop.close();
});

Deno.test("runUntilComplete() throws what the task throws (L6)", async () => {
  const loop = new VirtualTimeEventLoop();
  const broken = async () => {
    await sleep(1);
    throw new RangeError("broken");
  };
  await assertRejects(() => loop.runUntilComplete(broken), RangeError);
  loop.close();
});

Deno.test("runUntilComplete() throws when the loop is stopped first (L6)", async () => {
  const loop = new VirtualTimeEventLoop();
  const future = loop.createFuture<number>();
  loop.callSoon(() => loop.stop());
  await assertRejects(
    () => loop.runUntilComplete(future),
    RuntimeError,
    "Event loop stopped before Future completed.",
  );
  loop.callSoon(() => future.setResult(1));
  assertEquals(await loop.runUntilComplete(future), 1);
  loop.close();
});

Deno.test("runUntilComplete() that was stopped leaves no stop behind (L6)", async () => {
  const loop = new VirtualTimeEventLoop();
  const abandoned = loop.createFuture<void>();
  loop.callSoon(() => loop.stop());
  await assertRejects(() => loop.runUntilComplete(abandoned), RuntimeError);
  abandoned.setResult();
  assertEquals(await loop.runUntilComplete(sleep(1, "done")), "done");
  loop.close();
});

Deno.test("runUntilComplete() refuses a future of another loop (W12)", async () => {
  const loop = new VirtualTimeEventLoop();
  const other = new VirtualTimeEventLoop();
  await assertRejects(
    () => loop.runUntilComplete(other.createFuture()),
    RangeError,
    "Cannot use future: it belongs to a different loop",
  );
  loop.close();
  other.close();
});

Deno.test("a running loop refuses to be run again (L7)", async () => {
  const loop = new VirtualTimeEventLoop();
  const run = loop.runForever();
  await assertRejects(
    () => loop.runForever(),
    RuntimeError,
    "This event loop is already running",
  );
  await assertRejects(
    () => loop.runUntilComplete(async () => {}),
    RuntimeError,
    "This event loop is already running",
  );
  loop.stop();
  await run;
  loop.close();
});

Deno.test("no loop runs inside a callback or a task of another (L7)", async () => {
  const loop = new VirtualTimeEventLoop();
  const other = new VirtualTimeEventLoop();
  const message = "Cannot run the event loop while another loop is running";
  let inCallback: Promise<void> | undefined;
  loop.callSoon(() => {
    inCallback = assertRejects(
      () => other.runForever(),
      RuntimeError,
      message,
    ).then(() => {});
  });
  await loop.runUntilComplete(async () => {
    await sleep(0);
    await assertRejects(() => other.runForever(), RuntimeError, message);
  });
  await inCallback;
  loop.close();
  other.close();
});

Deno.test("a task cannot be left running by a refused run (L7)", async () => {
  const loop = new VirtualTimeEventLoop();
  const run = loop.runForever();
  let ran = false;
  await assertRejects(() =>
    loop.runUntilComplete(async () => {
      ran = true;
    }), RuntimeError);
  loop.callLater(1, () => loop.stop());
  await run;
  loop.close();
  assertFalse(ran);
});

Deno.test("close() refuses a running loop (L8)", async () => {
  const loop = new VirtualTimeEventLoop();
  await loop.runUntilComplete(async () => {
    assertThrows(
      () => loop.close(),
      RuntimeError,
      "Cannot close a running event loop",
    );
  });
  loop.close();
});

Deno.test("close() drops what is scheduled, and may be repeated (L8)", async () => {
  const loop = new BaseEventLoop();
  let called = false;
  loop.callSoon(() => called = true);
  loop.callLater(0, () => called = true);
  loop.close();
  loop.close();
  await new Promise((resolve) => setTimeout(resolve, 2));
  assertFalse(called);
});

Deno.test("a closed loop refuses (L7, L8)", async () => {
  const loop = new BaseEventLoop();
  loop.close();
  const nothing = () => {};
  for (
    const refused of [
      () => loop.callSoon(nothing),
      () => loop.callSoonThreadsafe(nothing),
      () => loop.callLater(1, nothing),
      () => loop.callAt(1, nothing),
      () => loop.createTask(async () => {}),
    ]
  ) assertThrows(refused, RuntimeError, "Event loop is closed");
  for (
    const refused of [
      () => loop.runForever(),
      () => loop.runUntilComplete(async () => {}),
    ]
  ) await assertRejects(refused, RuntimeError, "Event loop is closed");
});

Deno.test("a closed loop leaves alone what its futures still do (L8)", () => {
  const loop = new BaseEventLoop();
  const future = loop.createFuture<number>();
  loop.close();
  future.setResult(1);
  assertEquals(future.result(), 1);
});

Deno.test("callSoon() passes arguments on and returns a handle (L12)", async () => {
  const loop = new VirtualTimeEventLoop();
  const calls: unknown[][] = [];
  const handle = loop.callSoon(
    (...args: unknown[]) => calls.push(args),
    1,
    "b",
  );
  assertInstanceOf(handle, Handle);
  const timer = loop.callLater(1, (...args: unknown[]) => calls.push(args), 2);
  assertInstanceOf(timer, TimerHandle);
  assertEquals(timer.when(), 1);
  loop.callLater(2, () => loop.stop());
  await loop.runForever();
  loop.close();
  assertEquals(calls, [[1, "b"], [2]]);
});

Deno.test("callbacks must be functions, times must be numbers (L12, T3)", () => {
  const loop = new VirtualTimeEventLoop();
  const wrong = (value: unknown) => value as () => void;
  assertThrows(
    () => loop.callSoon(wrong(sleep(1))),
    TypeError,
    "Cannot schedule callback: callSoon() expects a function, received object",
  );
  assertThrows(() => loop.callLater(1, wrong(null)), TypeError);
  const nothing = () => {};
  for (const time of [null, undefined, NaN, "1"]) {
    assertThrows(
      () => loop.callLater(time as number, nothing),
      TypeError,
      "delay must be a number of seconds",
    );
    assertThrows(
      () => loop.callAt(time as number, nothing),
      TypeError,
      "when must be a number of seconds",
    );
  }
  loop.close();
});

Deno.test("callSoonThreadsafe() wakes a loop that waits (L13)", async () => {
  const loop = new BaseEventLoop();
  loop.callLater(60, () => {});
  setTimeout(() => loop.callSoonThreadsafe(() => loop.stop()), 1);
  await loop.runForever();
  loop.close();
});

Deno.test("callLater() and callAt() count from the loop's clock (T1)", async () => {
  const loop = new BaseEventLoop();
  const start = loop.time();
  const times: number[] = [];
  loop.callLater(0.004, () => times.push(loop.time() - start));
  loop.callAt(start + 0.008, () => {
    times.push(loop.time() - start);
    loop.stop();
  });
  await loop.runForever();
  loop.close();
  assert(times[0]! >= 0.004 && times[1]! >= 0.008, `${times}`);
});

Deno.test("callLater(Infinity) never calls, and keeps no process busy", async () => {
  const loop = new VirtualTimeEventLoop();
  let called = false;
  loop.callLater(Infinity, () => called = true);
  loop.callLater(1, () => loop.stop());
  await loop.runForever();
  loop.close();
  assertFalse(called);
});

testVirtual("createFuture() and createTask() belong to the loop", async () => {
  const loop = getRunningLoop();
  const future = loop.createFuture<number>();
  assertInstanceOf(future, Future);
  assertStrictEquals(future.getLoop(), loop);
  const task = loop.createTask(async () => 1, { name: "named" });
  assertInstanceOf(task, Task);
  assertStrictEquals(task.getLoop(), loop);
  assertEquals([task.getName(), await task], ["named", 1]);
});

Deno.test("tasks created before the run start with it", async () => {
  const loop = new VirtualTimeEventLoop();
  const log: string[] = [];
  const task = loop.createTask(async () => {
    log.push("started");
    await sleep(1);
    return "done";
  });
  assertEquals(log, []);
  assertEquals(await loop.runUntilComplete(task), "done");
  loop.close();
});

Deno.test("setTaskFactory() decides what makes the tasks (E4)", async () => {
  const loop = new VirtualTimeEventLoop();
  class Special<T> extends Task<T> {}
  assertEquals(loop.getTaskFactory(), null);
  loop.setTaskFactory((loop, source, options) =>
    new Special(source, loop, { ...options, name: `special ${options.name}` })
  );
  const task = loop.createTask(async () => 1, { name: "one" });
  assertInstanceOf(task, Special);
  assertEquals(task.getName(), "special one");
  assertEquals(await loop.runUntilComplete(task), 1);
  loop.setTaskFactory(null);
  assertEquals(loop.getTaskFactory(), null);
  const plain = loop.createTask(async () => 2);
  assertFalse(plain instanceof Special);
  assertEquals(await loop.runUntilComplete(plain), 2);
  assertThrows(
    () => loop.setTaskFactory(1 as never),
    TypeError,
    "Cannot set task factory",
  );
  loop.close();
});

Deno.test("setDebug() turns debug mode on and off", () => {
  const loop = new VirtualTimeEventLoop();
  loop.setDebug(true);
  assertEquals(loop.getDebug(), true);
  loop.setDebug(false);
  assertEquals(loop.getDebug(), false);
  loop.close();
});

Deno.test("two loops may run side by side on the same host", async () => {
  const log: string[] = [];
  const work = (name: string, delay: number) => async () => {
    for (let i = 0; i < 3; i++) {
      await sleep(delay);
      log.push(`${name}${i}`);
    }
    return getRunningLoop();
  };
  const a = new BaseEventLoop();
  const b = new BaseEventLoop();
  const [ofA, ofB] = await Promise.all([
    a.runUntilComplete(work("a", 0.002)),
    b.runUntilComplete(work("b", 0.002)),
  ]);
  assertStrictEquals(ofA, a);
  assertStrictEquals(ofB, b);
  assertEquals(log.length, 6);
  a.close();
  b.close();
});
