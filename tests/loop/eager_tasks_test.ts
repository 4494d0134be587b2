// deno-lint-ignore-file require-yield
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { CancelledError } from "../../loop/errors.ts";
import {
  createEagerTaskFactory,
  eagerTaskFactory,
} from "../../loop/eager_tasks.ts";
import { gather } from "../../loop/gather.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { taskGroup } from "../../loop/task_groups.ts";
import { allTasks, createTask, currentTask, Task } from "../../loop/tasks.ts";
import { outcomeOf } from "../_support.ts";
import {
  GENERATOR,
  testScripts,
  testVirtual,
  virtualLoop,
} from "./_support.ts";

testScripts(
  "an eager task runs its first step inside the call (E1)",
  async (style) => {
    const log: unknown[] = [];
    const outer = currentTask();
    const task: Task<void> = createTask(
      style.body(function* () {
        log.push("first step", currentTask()?.getName());
        yield sleep(0);
        log.push("second step", currentTask()?.getName());
      }),
      { name: "eager", eagerStart: true },
    );
    log.push("created");
    assertStrictEquals(currentTask(), outer);
    await task;
    assertEquals(log, [
      "first step",
      "eager",
      "created",
      "second step",
      "eager",
    ]);
  },
);

testVirtual(
  "an eager generator that does not wait is done at once (E2)",
  async () => {
    const log: string[] = [];
    const task = createTask(
      (function* () {
        log.push(`among all: ${allTasks().has(currentTask()!)}`);
        return "value";
      })(),
      { eagerStart: true },
    );
    assert(task.done());
    assertEquals(task.result(), "value");
    assertFalse(allTasks().has(task));
    task.addDoneCallback(() => log.push("callback"));
    log.push("created");
    assertEquals(await task, "value");
    log.push("awaited without a turn");
    await sleep(0);
    assertEquals(log, [
      "among all: true",
      "created",
      "awaited without a turn",
      "callback",
    ]);
  },
);

testVirtual(
  "an eager async function runs to its first await only",
  async () => {
    // A limit of native functions: even an await of something ready suspends.
    const log: string[] = [];
    const task = createTask(async () => {
      log.push("to the first await");
      await Promise.resolve();
      log.push("beyond");
      return "value";
    }, { eagerStart: true });
    log.push("created");
    assertFalse(task.done());
    assertEquals(await task, "value");
    assertEquals(log, ["to the first await", "created", "beyond"]);
  },
);

testVirtual(
  "an eager async function without an await ends within this step",
  async () => {
    const log: string[] = [];
    getRunningLoop().callSoon(() => log.push("next handle"));
    const task = createTask(async () => {
      log.push("eager");
    }, { eagerStart: true });
    await task;
    log.push("ended");
    await sleep(0);
    assertEquals(log, ["eager", "ended", "next handle"]);
  },
);

testScripts(
  "an eager task that waits goes on through the loop (E1)",
  async (style) => {
    const future = getRunningLoop().createFuture<string>();
    const task = createTask(
      style.body(function* () {
        return yield future;
      }),
      { eagerStart: true },
    );
    assertFalse(task.done());
    future.setResult("value");
    assertEquals(await task, "value");
  },
);

testScripts(
  "an eager task that fails at once fails, it does not throw (E2)",
  async (style) => {
    const task = createTask(
      style.body(function* () {
        throw new RangeError("at once");
      }),
      { eagerStart: true },
    );
    await assertRejects(async () => await task, RangeError, "at once");
  },
);

testScripts("an eager task can be cancelled where it waits", async (style) => {
  const task = createTask(
    style.body(function* () {
      yield sleep(60);
    }),
    { eagerStart: true },
  );
  await sleep(0);
  task.cancel("eager");
  await assertRejects(async () => await task, CancelledError, "eager");
});

testVirtual(
  "an eager task that cancels itself is cancelled at its first wait (K8)",
  async () => {
    const task = createTask(
      (function* () {
        currentTask()!.cancel();
        yield* sleep(60);
      })(),
      { eagerStart: true },
    );
    assertFalse(task.done());
    await sleep(0);
    await sleep(0);
    assertEquals(outcomeOf(task), "cancelled");
  },
);

testVirtual(
  "eager tasks nest, each current while it runs (E1, K18)",
  async () => {
    const names: (string | undefined)[] = [];
    const look = () => names.push(currentTask()?.getName());
    const nested = (depth: number) =>
      function* (): Generator<undefined, void> {
        look();
        if (depth < 3) {
          const options = { name: `${depth + 1}`, eagerStart: true };
          createTask(nested(depth + 1), options);
        }
        look();
      };
    createTask(nested(1), { name: "1", eagerStart: true });
    assertEquals(names, ["1", "2", "3", "3", "2", "1"]);
  },
);

Deno.test("eagerStart waits for the run when the loop does not run yet (E1)", async () => {
  const loop = virtualLoop();
  let started = false;
  const task = loop.createTask(async () => {
    started = true;
  }, { eagerStart: true });
  assertFalse(started);
  await loop.runUntilComplete(task);
  assert(started);
  loop.close();
});

testScripts(
  "eagerTaskFactory makes all tasks of a loop eager (E1)",
  async (style) => {
    getRunningLoop().setTaskFactory(eagerTaskFactory);
    const log: string[] = [];
    const body = style.body(function* () {
      log.push("first step");
      yield sleep(0);
    });
    const task = createTask(body);
    log.push("created");
    await task;
    await gather(body, body);
    assertEquals(log, ["first step", "created", "first step", "first step"]);
  },
);

testVirtual("eagerTaskFactory obeys eagerStart: false (E4)", async () => {
  getRunningLoop().setTaskFactory(eagerTaskFactory);
  const log: string[] = [];
  const task = createTask(
    (function* () {
      log.push("started");
    })(),
    { eagerStart: false },
  );
  log.push("created");
  await task;
  assertEquals(log, ["created", "started"]);
});

testVirtual(
  "createEagerTaskFactory() makes tasks of a given class (E4)",
  async () => {
    class Special<T> extends Task<T> {}
    getRunningLoop().setTaskFactory(createEagerTaskFactory(Special));
    const task = createTask(sleep(0, "value"), { name: "special" });
    assertInstanceOf(task, Special);
    assertEquals([task.getName(), await task], ["special", "value"]);
  },
);

testVirtual(
  "gather() takes eager tasks that are done already (E3)",
  async () => {
    getRunningLoop().setTaskFactory(eagerTaskFactory);
    const quick = GENERATOR.body(function* () {
      return "quick";
    });
    const slow = GENERATOR.body(function* () {
      return yield sleep(1, "slow");
    });
    assertEquals(await gather(quick, slow, quick), ["quick", "slow", "quick"]);
    assertEquals(await gather(quick, quick), ["quick", "quick"]);
  },
);

testVirtual(
  "a group counts eager tasks that failed at once (E3, G10)",
  async () => {
    getRunningLoop().setTaskFactory(eagerTaskFactory);
    const log: string[] = [];
    const error = await assertRejects(
      async () =>
        await taskGroup(function* (group) {
          group.createTask((function* () {
            throw new RangeError("at once");
          })());
          log.push("body goes on");
          yield* sleep(60);
          log.push("not reached");
        }),
      AggregateError,
    );
    assertEquals(error.errors.map(String), ["RangeError: at once"]);
    assertEquals(log, ["body goes on"]);
    assertEquals(getRunningLoop().time(), 0);
  },
);

testScripts(
  "a task factory is given name, context and eagerStart (E4)",
  async (style) => {
    const loop = getRunningLoop();
    const seen: unknown[] = [];
    loop.setTaskFactory((loop, source, options) => {
      seen.push(options);
      return new Task(source, loop, options);
    });
    const body = style.body(function* () {
      yield sleep(0);
    });
    await createTask(body, { name: "a", eagerStart: true });
    await taskGroup(style.body(function* (group) {
      yield group.createTask(body, { name: "b" });
    }));
    assertEquals(seen, [{ name: "a", eagerStart: true }, { name: "b" }]);
  },
);
