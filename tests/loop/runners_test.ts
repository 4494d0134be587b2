import {
  assert,
  assertEquals,
  assertFalse,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { AbstractEventLoop } from "../../loop/abstract_event_loop.ts";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { run, Runner } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import {
  allTasks,
  createTask,
  currentTask,
  type Task,
} from "../../loop/tasks.ts";
import { outcomeOf } from "../_support.ts";
import { recordReports, virtualLoop } from "./_support.ts";

const virtual = { loopFactory: virtualLoop };

Deno.test("run() takes everything that can be awaited", async () => {
  assertEquals(await run(async () => 1, virtual), 1);
  assertEquals(
    await run(function* () {
      return yield* sleep(1, 2);
    }, virtual),
    2,
  );
  assertEquals(await run(sleep(1, 3), virtual), 3);
  assertEquals(await run(() => sleep(1, 4), virtual), 4);
  const generator = (function* () {
    return yield* sleep(1, 5);
  })();
  assertEquals(await run(generator, virtual), 5);
});

Deno.test("run() throws what main throws", async () => {
  const main = async () => {
    await sleep(1);
    throw new RangeError("broken");
  };
  await assertRejects(() => run(main, virtual), RangeError, "broken");
});

Deno.test("run() of a main that is cancelled throws CancelledError", async () => {
  const main = async () => {
    const task = currentTask()!;
    getRunningLoop().callLater(1, () => task.cancel("inside"));
    await sleep(60);
  };
  await assertRejects(() => run(main, virtual), CancelledError, "inside");
});

Deno.test("run() makes a fresh loop each time and closes it (R1, R2)", async () => {
  const loops: AbstractEventLoop[] = [];
  const main = async () => {
    loops.push(getRunningLoop());
    assert(getRunningLoop().isRunning());
  };
  await run(main);
  await run(main);
  assertNotStrictEquals(loops[0], loops[1]);
  assertEquals(loops.map((loop) => loop.isClosed()), [true, true]);
});

Deno.test("run() leaves no loop running", async () => {
  await run(async () => await sleep(0));
  let error: unknown;
  try {
    getRunningLoop();
  } catch (caught) {
    error = caught;
  }
  assert(error instanceof RuntimeError);
  assertEquals(currentTask(), null);
});

Deno.test("run() is refused inside a running loop (R1)", async () => {
  let started = false;
  const inner = async () => {
    started = true;
  };
  const message = "run() cannot be called from a running event loop";
  await run(async () => {
    await assertRejects(() => run(inner), RuntimeError, message);
    await sleep(0);
    await assertRejects(() => run(inner), RuntimeError, message);
    const runner = new Runner();
    await assertRejects(() => runner.run(inner), RuntimeError, message);
    await runner.close();
  });
  assertFalse(started);
});

Deno.test("run() is refused in a callback of a running loop (R1)", async () => {
  let refused: Promise<unknown> | undefined;
  await run(async () => {
    getRunningLoop().callSoon(() => {
      refused = assertRejects(() => run(async () => {}), RuntimeError);
    });
    await sleep(0);
    await sleep(0);
  });
  await refused;
});

Deno.test("run() cancels the tasks that are left and waits for them (R2)", async () => {
  const log: string[] = [];
  const tasks: Task<void>[] = [];
  const left = (name: string) => async () => {
    try {
      await sleep(60);
    } finally {
      await sleep(1);
      log.push(`${name} is clean at ${getRunningLoop().time()}`);
    }
  };
  await run(async () => {
    tasks.push(createTask(left("a")), createTask(left("b")));
    await sleep(1);
    log.push("main ended");
  }, virtual);
  assertEquals(log, ["main ended", "a is clean at 2", "b is clean at 2"]);
  assertEquals(tasks.map(outcomeOf), ["cancelled", "cancelled"]);
});

Deno.test("run() cancels what is left although main failed (R2)", async () => {
  let clean = false;
  await assertRejects(() =>
    run(async () => {
      createTask(function* () {
        try {
          yield* sleep(60);
        } finally {
          clean = true;
        }
      });
      await sleep(1);
      throw new RangeError("broken");
    }, virtual), RangeError);
  assert(clean);
});

Deno.test("run() reports the tasks that fail while they are cancelled (R2)", async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  await run(async () => {
    createTask(async () => {
      try {
        await sleep(60);
      } finally {
        await Promise.reject(new RangeError("while cleaning up"));
      }
    }, { name: "left" });
    await sleep(1);
  }, { loopFactory: () => loop });
  assertEquals(reports.map(({ message }) => message), [
    "unhandled exception during asyncio.run() shutdown",
  ]);
  assertEquals(String(reports[0]!.exception), "RangeError: while cleaning up");
  assertEquals((reports[0]!.task as Task<unknown>).getName(), "left");
});

Deno.test("run() reports errors nobody retrieved when it ends (F7)", async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  await run(async () => {
    createTask(async () => {
      throw new RangeError("lost");
    });
    await sleep(1);
  }, { loopFactory: () => loop });
  assertEquals(reports.map(({ message }) => message), [
    "Task exception was never retrieved",
  ]);
});

Deno.test("run() drops timers that are left, and does not wait for them", async () => {
  let called = false;
  const start = performance.now();
  await run(async () => {
    getRunningLoop().callLater(30, () => called = true);
  });
  assert(performance.now() - start < 10_000);
  assertFalse(called);
});

Deno.test("run() sets debug mode", async () => {
  const look = async () => getRunningLoop().getDebug();
  assertEquals(await run(look, { debug: true }), true);
  assertEquals(await run(look, { debug: false }), false);
});

Deno.test("run() refuses what cannot be run, and starts nothing", async () => {
  const wrong = (main: unknown) =>
    assertRejects(() => run(main as () => Promise<void>), TypeError);
  await wrong(Promise.resolve());
  await wrong(undefined);
  await wrong((_argument: number) => {});
  const error = await wrong(5);
  assertEquals(
    error.message,
    "Cannot run: expected a coroutine, received number 5",
  );
});

Deno.test("run() of a loop factory that throws passes that on", async () => {
  const loopFactory = () => {
    throw new RangeError("no loop");
  };
  await assertRejects(() => run(async () => {}, { loopFactory }), RangeError);
});

Deno.test("Runner.run() calls share one loop (R1)", async () => {
  await using runner = new Runner(virtual);
  const loop = runner.getLoop();
  assertStrictEquals(runner.getLoop(), loop);
  const look = async () => {
    await sleep(1);
    return [getRunningLoop() === loop, loop.time()];
  };
  assertEquals(await runner.run(look), [true, 1]);
  assertEquals(await runner.run(look), [true, 2]);
  assertFalse(loop.isClosed());
});

Deno.test("Runner leaves tasks alone between runs, and cancels them at the end (R2)", async () => {
  const log: string[] = [];
  const runner = new Runner(virtual);
  let task: Task<void> | undefined;
  await runner.run(async () => {
    task = createTask(async () => {
      await sleep(5);
      log.push("went on");
      await sleep(60);
    });
    await sleep(1);
  });
  assertEquals([outcomeOf(task!), log], ["pending", []]);
  await runner.run(() => sleep(9));
  assertEquals(log, ["went on"]);
  const loop = runner.getLoop();
  assertEquals(allTasks(loop).size, 1);
  await runner.close();
  await runner.close();
  assertEquals([outcomeOf(task!), loop.isClosed()], ["cancelled", true]);
});

Deno.test("Runner that is closed refuses", async () => {
  const runner = new Runner();
  await runner.close();
  await assertRejects(
    () => runner.run(async () => {}),
    RuntimeError,
    "Runner is closed",
  );
  let error: unknown;
  try {
    runner.getLoop();
  } catch (caught) {
    error = caught;
  }
  assert(error instanceof RuntimeError);
});

Deno.test("Runner that fails can run again", async () => {
  await using runner = new Runner(virtual);
  await assertRejects(() =>
    runner.run(async () => {
      throw new RangeError("broken");
    }), RangeError);
  assertEquals(await runner.run(async () => "again"), "again");
});

Deno.test("Runner that is not used has no loop to close", async () => {
  let made = 0;
  const loopFactory = () => {
    made++;
    return new BaseEventLoop();
  };
  await new Runner({ loopFactory }).close();
  assertEquals(made, 0);
});

Deno.test("200 runs one after the other leave nothing behind", async () => {
  for (let i = 0; i < 200; i++) {
    assertEquals(await run(async () => await sleep(1, i), virtual), i);
  }
});
