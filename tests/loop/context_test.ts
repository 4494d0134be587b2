import { AsyncLocalStorage } from "node:async_hooks";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { coroutine } from "../../loop/coroutine_function.ts";
import { wrapFuture } from "../../loop/ensure_future.ts";
import { gather } from "../../loop/gather.ts";
import { run, Runner } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { shield } from "../../loop/shield.ts";
import { sleep } from "../../loop/sleep.ts";
import { taskGroup } from "../../loop/task_groups.ts";
import { createTask, currentTask, Task } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { Queue } from "../../queues/queue.ts";
import { testScripts, testVirtual, virtualLoop } from "./_support.ts";

// A user's AsyncLocalStorage is asyncio's context variable: a value reaches
// what was scheduled while it was in force (L10, K4, F2).
const user = new AsyncLocalStorage<string>();

testScripts(
  "a task keeps the context of its creator through every wait (K4)",
  async (style) => {
    const queue = new Queue<number>();
    const seen: (string | undefined)[] = [];
    const look = () => seen.push(user.getStore());
    const task = user.run("creator", () =>
      createTask(style.body(function* () {
        look();
        yield sleep(0);
        look();
        yield sleep(1);
        look();
        yield queue.get();
        look();
        yield createTask(sleep(1));
        look();
        yield gather(sleep(1), sleep(2));
        look();
        yield timeout(
          5,
          style.body(function* () {
            look();
            yield sleep(1);
            look();
          }),
        );
        look();
      })));
    await sleep(3);
    user.run("putter", () => queue.putNowait(1));
    await task;
    assertEquals(seen, Array(9).fill("creator"));
  },
);

testScripts("two tasks do not see each other's values (K4)", async (style) => {
  const log: string[] = [];
  const body = style.body(function* () {
    for (let i = 0; i < 3; i++) {
      log.push(`${user.getStore()}${i}`);
      yield sleep(0);
    }
  });
  const a = user.run("a", () => createTask(body));
  const b = user.run("b", () => createTask(body));
  const c = createTask(body);
  await gather(a, b, c);
  assertEquals(log, [
    ...["a0", "b0", "undefined0"],
    ...["a1", "b1", "undefined1"],
    ...["a2", "b2", "undefined2"],
  ]);
});

testScripts("a value set inside a task stays inside it", async (style) => {
  const inner: (string | undefined)[] = [];
  const task = createTask(style.body(function* () {
    // A context may be left only where it was entered: enter it for a call.
    inner.push(user.run("inner", () => user.getStore()));
    yield sleep(0);
    inner.push(user.getStore());
  }));
  await task;
  assertEquals(inner, ["inner", undefined]);
  assertEquals(user.getStore(), undefined);
});

testScripts(
  "child tasks inherit the context of their parent (K4)",
  async (style) => {
    const child = style.body(function* () {
      yield sleep(0);
      return user.getStore();
    });
    const parent = style.body(function* () {
      yield sleep(0);
      const direct: string = yield createTask(child);
      const gathered: string[] = yield gather(child, child);
      const grouped: string = yield taskGroup(
        style.body(function* (group) {
          return yield group.createTask(child);
        }),
      );
      const shielded: string = yield shield(child);
      const inPlace: string = yield waitFor(child, 1);
      return [direct, ...gathered, grouped, shielded, inPlace];
    });
    const values = await user.run("family", () => createTask(parent));
    assertEquals(values, Array(6).fill("family"));
  },
);

testVirtual(
  "callSoon(), callLater() and callAt() keep the context of the caller (L10)",
  async () => {
    const loop = getRunningLoop();
    const seen: string[] = [];
    const look = (name: string) => seen.push(`${name}: ${user.getStore()}`);
    user.run("a", () => {
      loop.callSoon(look, "soon");
      loop.callSoonThreadsafe(look, "threadsafe");
      loop.callLater(1, look, "later");
      loop.callAt(2, look, "at");
    });
    user.run("b", () => loop.callSoon(look, "soon"));
    loop.callSoon(look, "soon");
    await sleep(3);
    assertEquals(seen, [
      "soon: a",
      "threadsafe: a",
      "soon: b",
      "soon: undefined",
      "later: a",
      "at: a",
    ]);
  },
);

testScripts(
  "what a task schedules runs in the context of the task (L10)",
  async (style) => {
    const loop = getRunningLoop();
    const seen: (string | undefined)[] = [];
    const task = user.run("task", () =>
      createTask(style.body(function* () {
        yield sleep(0);
        loop.callSoon(() => {
          seen.push(user.getStore());
          loop.callSoon(() => seen.push(user.getStore()));
        });
      })));
    await task;
    await sleep(1);
    assertEquals(seen, ["task", "task"]);
  },
);

testVirtual(
  "done callbacks run in the context that added them (F2)",
  async () => {
    const future = getRunningLoop().createFuture<void>();
    const seen: (string | undefined)[] = [];
    const look = () => seen.push(user.getStore());
    user.run("first", () => future.addDoneCallback(() => look()));
    user.run("second", () => future.addDoneCallback(() => look()));
    user.run("setter", () => future.setResult());
    user.run("late", () => future.addDoneCallback(() => look()));
    await sleep(0);
    assertEquals(seen, ["first", "second", "late"]);
  },
);

testVirtual(
  "done callbacks of a task run in the context that added them (F2)",
  async () => {
    const seen: (string | undefined)[] = [];
    const task = user.run("task", () => createTask(sleep(1)));
    user.run(
      "adder",
      () => task.addDoneCallback(() => seen.push(user.getStore())),
    );
    await task;
    await sleep(0);
    assertEquals(seen, ["adder"]);
  },
);

testVirtual("context: runs a done callback in a snapshot (F2)", async () => {
  const context = user.run("snapshot", () => AsyncLocalStorage.snapshot());
  const future = getRunningLoop().createFuture<void>();
  const seen: unknown[] = [];
  user.run("adder", () =>
    future.addDoneCallback(
      () => seen.push(user.getStore(), currentTask()),
      { context },
    ));
  future.setResult();
  await sleep(0);
  assertEquals(seen, ["snapshot", null]);
});

testScripts("context: runs a task in a snapshot (K4)", async (style) => {
  const context = user.run("snapshot", () => AsyncLocalStorage.snapshot());
  const body = style.body(function* () {
    const before = user.getStore();
    yield sleep(1);
    return [before, user.getStore(), currentTask()?.getName()];
  });
  const seen = await user.run(
    "creator",
    () => createTask(body, { context, name: "t" }),
  );
  assertEquals(seen, ["snapshot", "snapshot", "t"]);
});

testScripts(
  "context: of an eager task holds from its first step (E1)",
  async (style) => {
    const context = user.run("snapshot", () => AsyncLocalStorage.snapshot());
    const body = style.body(function* () {
      const before = user.getStore();
      yield sleep(1);
      return [before, user.getStore()];
    });
    const task = new Task(body, getRunningLoop(), {
      context,
      eagerStart: true,
    });
    assertEquals(await task, ["snapshot", "snapshot"]);
  },
);

testScripts(
  "an eager task leaves its creator's context alone (E1)",
  async (style) => {
    const loop = getRunningLoop();
    const outer = currentTask();
    const body = style.body(function* () {
      yield sleep(0);
      return user.getStore();
    });
    await user.run("creator", async () => {
      const task = loop.createTask(body, { eagerStart: true });
      assertStrictEquals(currentTask(), outer);
      assertEquals(user.getStore(), "creator");
      assertEquals(await task, "creator");
      assertStrictEquals(currentTask(), outer);
    });
  },
);

testScripts(
  "a coroutine runs in the context of who awaits it, not of who made it",
  async (style) => {
    const look = coroutine(style.body(function* () {
      yield sleep(0);
      return user.getStore();
    }));
    const cold = user.run("maker", () => look());
    const value = await user.run(
      "awaiter",
      () =>
        createTask(
          style.body(function* (): Generator<typeof cold, string, string> {
            return yield cold;
          }),
        ),
    );
    assertEquals(value, "awaiter");
  },
);

testScripts(
  "a wait keeps the context across a foreign promise",
  async (style) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const task = user.run("task", () =>
      createTask(style.body(function* () {
        yield wrapFuture(promise);
        return user.getStore();
      })));
    await sleep(1);
    user.run("resolver", () => resolve("x"));
    assertEquals(await task, "task");
  },
);

testVirtual(
  "an exception handler runs in the context of the callback that failed (H2)",
  async () => {
    const loop = getRunningLoop();
    const seen: (string | undefined)[] = [];
    loop.setExceptionHandler(() => seen.push(user.getStore()));
    user.run("callback", () =>
      loop.callSoon(() => {
        throw new Error("broken");
      }));
    await sleep(0);
    assertEquals(seen, ["callback"]);
  },
);

Deno.test("run() gives its main task the context of the caller (K4)", async () => {
  const main = async () => {
    await sleep(1);
    return user.getStore();
  };
  const loopFactory = virtualLoop;
  const value = await user.run("caller", () => run(main, { loopFactory }));
  assertEquals(value, "caller");
});

Deno.test("Runner.run() runs main in the context that it is given (R1)", async () => {
  const context = user.run("snapshot", () => AsyncLocalStorage.snapshot());
  await using runner = new Runner({ loopFactory: virtualLoop });
  const main = function* () {
    yield* sleep(1);
    return user.getStore();
  };
  const value = await user.run("caller", () => runner.run(main, { context }));
  assertEquals(value, "snapshot");
});

Deno.test("the loop itself runs in no context of a user's", async () => {
  // Whoever wakes the loop must not lend its values to what runs then.
  const seen: (string | undefined)[] = [];
  const loop = virtualLoop();
  loop.callSoon(() => seen.push(user.getStore()));
  loop.callLater(1, () => {
    seen.push(user.getStore());
    loop.stop();
  });
  await user.run("runner", () => loop.runForever());
  loop.close();
  assertEquals(seen, [undefined, undefined]);
});
