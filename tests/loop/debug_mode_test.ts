import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  BaseEventLoop,
  createTask,
  currentTask,
  DenoEventLoop,
  getRunningLoop,
  type LogRecord,
  run,
  RuntimeError,
  setLogger,
  sleep,
  VirtualTimeEventLoop,
} from "../../loop/mod.ts";
import { Queue } from "../../queues/mod.ts";

/** Runs `main` in debug mode and returns what was logged. */
async function logged(
  main: () => Promise<void>,
  loopFactory = (): BaseEventLoop => new VirtualTimeEventLoop(),
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  try {
    await run(main, { debug: true, loopFactory });
  } finally {
    setLogger(null);
  }
  return records;
}

function spin(seconds: number): void {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end);
}

Deno.test("debug mode reports a slow async function with its task and place (D2)", async () => {
  const [record, ...others] = await logged(async () => {
    getRunningLoop().slowCallbackDuration = 0.02;
    await createTask(async function busy() {
      spin(0.03);
      await sleep(0);
    }, { name: "busy" });
  });
  assertEquals(others, []);
  assertEquals(record?.level, "warning");
  assertMatch(record!.message, /^Executing <Task .*name='busy'.* took 0\.\d+/);
  assertMatch(record!.message, /debug_mode_test\.ts/);
});

Deno.test("debug mode reports a slow generator step and a slow callback (D2)", async () => {
  const records = await logged(async () => {
    const loop = getRunningLoop();
    loop.slowCallbackDuration = 0.02;
    createTask(
      (function* () {
        yield* sleep(0);
        spin(0.03);
      })(),
      { name: "steps" },
    );
    loop.callSoon(function slow() {
      spin(0.03);
    });
    await sleep(1);
  });
  assertEquals(records.length, 2);
  assertMatch(records[0]!.message, /^Executing <Handle slow> took/);
  assertMatch(records[1]!.message, /name='steps'/);
});

Deno.test("debug mode does not blame a task for time the host took", async () => {
  const records = await logged(async () => {
    getRunningLoop().slowCallbackDuration = 0.005;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await sleep(0);
  }, () => new BaseEventLoop());
  assertEquals(records, []);
});

Deno.test("debug mode reports a CancelledError that was swallowed", async () => {
  const records = await logged(async () => {
    const deaf = createTask(async () => {
      try {
        await sleep(9);
      } catch {
        // Goes on as if nothing had been asked.
      }
    }, { name: "deaf" });
    const polite = createTask(async () => {
      try {
        await sleep(9);
      } catch {
        currentTask()!.uncancel();
      }
    });
    await sleep(0);
    deaf.cancel();
    polite.cancel();
    await sleep(0);
    await sleep(0);
  });
  assertEquals(records.length, 1);
  assertMatch(records[0]!.message, /name='deaf'.*swallowed a CancelledError/);
});

Deno.test("debug mode reports swallowing by the thousandth task, too", async () => {
  const records = await logged(async () => {
    const group = [];
    for (let i = 0; i < 1100; i++) group.push(createTask(sleep(0)));
    await sleep(0.001);
    const deaf = createTask(async () => {
      try {
        await sleep(9);
      } catch {
        // Goes on as if nothing had been asked.
      }
    }, { name: "deaf" });
    await sleep(0);
    deaf.cancel();
    await deaf;
  });
  const [swallowed, ...others] = records.filter(({ message }) =>
    message.includes("swallowed")
  );
  assertEquals(others, []);
  assertMatch(
    swallowed!.message,
    /name='deaf'.*\n.*:\n {4}(at |\(one of many: its place was not recorded\))/,
  );
});

Deno.test("debug mode refuses coroutine functions as callbacks (L12)", () =>
  logged(async () => {
    const loop = getRunningLoop();
    assertThrows(
      () => loop.callSoon(async () => {}),
      TypeError,
      "coroutines cannot be used with callSoon()",
    );
    assertThrows(
      () => loop.callLater(1, function* () {}),
      TypeError,
      "coroutines cannot be used with callLater()",
    );
    assertThrows(
      () => loop.callAt(1, async function* () {}),
      TypeError,
      "coroutines cannot be used with callAt()",
    );
    await sleep(0);
  }).then((records) => assertEquals(records, [])));

Deno.test("debug mode refuses callbacks from a task of another loop (D2)", () =>
  logged(async () => {
    const other = new DenoEventLoop();
    other.setDebug(true);
    const nothing = () => {};
    const calls = [
      () => other.callSoon(nothing),
      () => other.callLater(1, nothing),
      () => other.callAt(1, nothing),
      () => other.addSignalHandler("SIGUSR2", nothing),
    ];
    for (const call of calls) {
      assertThrows(
        call,
        RuntimeError,
        "Non-thread-safe operation invoked on an event loop other than",
      );
    }
    other.callSoonThreadsafe(nothing);
    other.close();
    await sleep(0);
  }).then((records) => assertEquals(records, [])));

Deno.test("debug mode says where a failed future was made (D2)", async () => {
  const [record] = await logged(async () => {
    createTask(() => Promise.reject(new Error("lost")));
    await sleep(1);
  });
  assertMatch(record!.message, /^Task exception was never retrieved/);
  assertMatch(record!.message, /Object created at .*\n.*debug_mode_test\.ts/);
  assertEquals((record!.error as Error).message, "lost");
});

Deno.test("debug mode reports coroutines that were never awaited (K16)", async () => {
  const program = `
    import * as asyncio from "${import.meta.resolve("../../mod.ts")}";
    await asyncio.run(async () => {
      const queue = new asyncio.Queue();
      (() => { queue.put(1); })();
      const kept = asyncio.sleep(0);
      await asyncio.sleep(0.01);
      await kept;
      for (let i = 0; i < 5; i++) {
        gc();
        await asyncio.sleep(0.01);
      }
    }, { debug: true });`;
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", program],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stderr);
  assertMatch(text, /coroutine 'Queue\.put' was never awaited\n.*created at/);
  assert(!text.includes("'sleep'"), text);
});

Deno.test("BaseEventLoop.close() reports the tasks that will never end (K15)", async () => {
  const loop = new BaseEventLoop();
  const messages: string[] = [];
  loop.setExceptionHandler((_loop, { message }) => messages.push(message));
  const queue = new Queue();
  loop.createTask(() => queue.get());
  loop.callSoon(() => loop.callSoon(() => loop.stop()));
  await loop.runForever();
  loop.close();
  assertEquals(messages, ["Task was destroyed but it is pending!"]);
});

Deno.test("run() leaves debug mode behind with its loop", async () => {
  const records = await logged(async () => {
    await sleep(0);
  });
  assertEquals(records, []);
  await run(async () => {
    assertEquals(getRunningLoop().getDebug(), false);
    getRunningLoop().callSoon(async () => {});
    await sleep(0);
  }, { debug: false });
});
