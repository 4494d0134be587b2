import { assert, assertEquals } from "@std/assert";
import { clearImmediate, setImmediate } from "node:timers";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { testScripts, testVirtual } from "./_support.ts";

/** Turns a loop until it has nothing to do but wait. */
async function turn(loop: BaseEventLoop): Promise<void> {
  loop.callLater(0.001, () => loop.stop());
  await loop.runForever();
}

Deno.test("callSoon() runs callbacks in FIFO order, each once (L1)", async () => {
  const loop = new VirtualTimeEventLoop();
  const log: number[] = [];
  for (let i = 0; i < 5; i++) loop.callSoon((n: number) => log.push(n), i);
  await turn(loop);
  await turn(loop);
  loop.close();
  assertEquals(log, [0, 1, 2, 3, 4]);
});

testScripts(
  "an iteration runs exactly what was ready when it began (L2)",
  async (style) => {
    const loop = getRunningLoop();
    const log: number[] = [];
    const seen: number[][] = [];
    loop.callSoon(() => {
      log.push(1);
      loop.callSoon(() => log.push(3));
    });
    loop.callSoon(() => log.push(2));
    await createTask(style.body(function* () {
      yield sleep(0);
      seen.push([...log]);
      yield sleep(0);
      seen.push([...log]);
    }));
    // The task began behind both callbacks, in their iteration.
    assertEquals(seen, [[1, 2, 3], [1, 2, 3]]);
  },
);

testVirtual("sleep(0) returns in the next iteration (L2)", async () => {
  const loop = getRunningLoop();
  const log: string[] = [];
  const again = (n: number) => {
    log.push(`iteration ${n}`);
    if (n < 3) loop.callSoon(again, n + 1);
  };
  loop.callSoon(again, 1);
  for (let i = 1; i <= 3; i++) {
    await sleep(0);
    log.push(`sleep ${i}`);
  }
  assertEquals(log, [
    "iteration 1",
    "sleep 1",
    "iteration 2",
    "sleep 2",
    "iteration 3",
    "sleep 3",
  ]);
});

Deno.test("a due timer joins behind what is ready (L4, L14)", async () => {
  const loop = new VirtualTimeEventLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    loop.callLater(0, () => log.push("timer"));
    loop.callSoon(() => log.push("first"));
    loop.callSoon(() => log.push("second"));
  });
  await turn(loop);
  loop.close();
  assertEquals(log, ["first", "second", "timer"]);
});

Deno.test("callLater(0) runs no earlier than the next iteration (L14)", async () => {
  const loop = new VirtualTimeEventLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    loop.callLater(0, () => log.push("timer"));
    log.push("same iteration");
  });
  loop.callSoon(() => log.push("still the same"));
  await turn(loop);
  loop.close();
  assertEquals(log, ["same iteration", "still the same", "timer"]);
});

Deno.test("timers run in the order of (when, scheduling) (T3)", async () => {
  const loop = new VirtualTimeEventLoop();
  const log: string[] = [];
  loop.callAt(2, () => log.push("c"));
  loop.callAt(1, () => log.push("a"));
  loop.callAt(2, () => log.push("d"));
  loop.callAt(1, () => log.push("b"));
  loop.callAt(3, () => loop.stop());
  await loop.runForever();
  loop.close();
  assertEquals(log, ["a", "b", "c", "d"]);
});

Deno.test("timers that a busy loop missed run in one iteration, by time (T4)", async () => {
  const loop = new BaseEventLoop();
  const log: string[] = [];
  const start = loop.time();
  loop.callAt(start + 0.002, () => {
    log.push("second");
    loop.callSoon(() => {
      log.push("next iteration");
      loop.stop();
    });
  });
  loop.callAt(start + 0.003, () => log.push("third"));
  loop.callAt(start + 0.001, () => log.push("first"));
  loop.callSoon(() => {
    while (loop.time() < start + 0.005);
  });
  await loop.runForever();
  loop.close();
  assertEquals(log, ["first", "second", "third", "next iteration"]);
});

Deno.test("a timer never fires early (T2)", async () => {
  const loop = new BaseEventLoop();
  const early: number[] = [];
  for (let i = 0; i < 20; i++) {
    const due = loop.time() + i * 0.0007;
    loop.callAt(due, () => {
      if (loop.time() < due) early.push(i);
    });
  }
  loop.callLater(0.02, () => loop.stop());
  await loop.runForever();
  loop.close();
  assertEquals(early, []);
});

Deno.test("a cancelled timer does not wake the loop", async () => {
  const loop = new VirtualTimeEventLoop();
  loop.callLater(1, () => {}).cancel();
  loop.callLater(2, () => loop.stop());
  const times: number[] = [];
  loop.callLater(1.5, () => times.push(loop.time()));
  await loop.runForever();
  loop.close();
  assertEquals([times, loop.time()], [[1.5], 2]);
});

Deno.test("a callback that cancels a later one of its iteration is obeyed (L1, L11)", async () => {
  const loop = new VirtualTimeEventLoop();
  const log: string[] = [];
  loop.callSoon(() => {
    log.push("first");
    second.cancel();
  });
  const second = loop.callSoon(() => log.push("second"));
  await turn(loop);
  loop.close();
  assertEquals(log, ["first"]);
});

Deno.test("a callback that throws stops neither its iteration nor the loop (L9)", async () => {
  const loop = new VirtualTimeEventLoop();
  const reports: string[] = [];
  loop.setExceptionHandler((_loop, { message }) => reports.push(message));
  const log: string[] = [];
  loop.callSoon(function broken() {
    throw new Error("broken");
  });
  loop.callSoon(() => log.push("same iteration"));
  loop.callLater(1, () => log.push("later"));
  loop.callLater(2, () => loop.stop());
  await loop.runForever();
  loop.close();
  assertEquals(log, ["same iteration", "later"]);
  assertEquals(reports, ["Exception in callback <Handle broken>"]);
});

// The step rule: what an async function does between two waits is one step,
// however many microtasks it takes, as it is in a generator.

testVirtual(
  "an async function finishes its step before the next handle runs",
  async () => {
    const loop = getRunningLoop();
    const log: string[] = [];
    createTask(async () => {
      for (let i = 0; i < 10; i++) await Promise.resolve();
      log.push("task");
    });
    loop.callSoon(() => log.push("callback"));
    await sleep(0);
    assertEquals(log, ["task", "callback"]);
  },
);

testVirtual("a step of 200 resolved promises is still one step", async () => {
  const loop = getRunningLoop();
  const log: string[] = [];
  createTask(async () => {
    for (let i = 0; i < 200; i++) await null;
    log.push("task");
  });
  loop.callSoon(() => log.push("callback"));
  await sleep(0);
  assertEquals(log, ["task", "callback"]);
});

testVirtual(
  "a step through 100 nested async calls is still one step",
  async () => {
    const loop = getRunningLoop();
    const log: string[] = [];
    const nested = async (depth: number): Promise<void> => {
      if (depth > 0) await nested(depth - 1);
    };
    createTask(async () => {
      await nested(100);
      log.push("task");
    });
    loop.callSoon(() => log.push("callback"));
    await sleep(0);
    assertEquals(log, ["task", "callback"]);
  },
);

testVirtual(
  "a task in a foreign promise does not hold up the others",
  async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const log: string[] = [];
    const stuck = createTask(async () => {
      await promise;
      log.push("stuck");
    });
    createTask(async () => {
      await sleep(0);
      log.push("other");
      resolve();
    });
    await stuck;
    assertEquals(log, ["other", "stuck"]);
  },
);

testScripts("two spinning tasks take turns", async (style) => {
  const log: string[] = [];
  const spin = (name: string) =>
    style.body(function* () {
      for (let i = 0; i < 3; i++) {
        log.push(`${name}${i}`);
        yield sleep(0);
      }
    });
  const tasks = [createTask(spin("a")), createTask(spin("b"))];
  for (const task of tasks) await task;
  assertEquals(log, ["a0", "b0", "a1", "b1", "a2", "b2"]);
});

testVirtual(
  "the loop goes on as soon as slow native code waits again",
  async () => {
    // More turns than it is looked after; the end of a slice may come between.
    const TURNS = 40;
    const TRIES = 10;
    let early = 0;
    for (let index = 0; index < TRIES; index++) {
      let hosted = false;
      await sleep(1);
      const immediate = setImmediate(() => hosted = true);
      for (let turn = 0; turn < TURNS; turn++) await null;
      await sleep(0);
      if (!hosted) early++;
      clearImmediate(immediate);
    }
    assert(early > 0);
  },
);

Deno.test("the loop lets the host run while it is busy", async () => {
  // Callbacks that reschedule themselves for ever: microtasks alone would
  // starve the native timer.
  const loop = new BaseEventLoop();
  let turns = 0;
  const again = () => {
    turns++;
    loop.callSoon(again);
  };
  loop.callSoon(again);
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(() => {
    loop.stop();
    resolve();
  }, 5);
  await loop.runForever();
  await promise;
  loop.close();
  assert(turns > 100, `only ${turns} turns`);
});
