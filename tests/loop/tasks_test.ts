// deno-lint-ignore-file require-yield
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { coroutine } from "../../loop/coroutine_function.ts";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { allTasks, createTask, currentTask, Task } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { iterations, outcomeOf } from "../_support.ts";
import { collectGarbage } from "./_garbage.ts";
import { testMixedScripts, testScripts, testVirtual } from "./_support.ts";

testScripts(
  "createTask() runs the first step in the next iteration (K1)",
  async (style) => {
    const log: string[] = [];
    const body = style.body(function* () {
      log.push("started");
      yield sleep(0);
    });
    getRunningLoop().callSoon(() => log.push("scheduled before"));
    createTask(body);
    getRunningLoop().callSoon(() => log.push("scheduled after"));
    log.push("created");
    await sleep(0);
    assertEquals(log, [
      "created",
      "scheduled before",
      "started",
      "scheduled after",
    ]);
  },
);

testVirtual("createTask() takes everything that can be awaited", async () => {
  const loop = getRunningLoop();
  const future = loop.createFuture<string>();
  loop.callLater(1, () => future.setResult("future"));
  const sources = [
    sleep(1, "coroutine"),
    (function* () {
      return yield* sleep(1, "generator");
    })(),
    future,
    createTask(sleep(1, "task")),
    async () => await sleep(1, "async function"),
    function* () {
      return yield* sleep(1, "generator function");
    },
    () => sleep(1, "function to a coroutine"),
    () => future,
    () => Promise.resolve("function to a promise"),
  ];
  const results: string[] = [];
  for (const source of sources) {
    const task = createTask<string>(source);
    assertInstanceOf(task, Task);
    assertStrictEquals(task.getCoro(), source);
    results.push(await task);
  }
  assertEquals(results, [
    "coroutine",
    "generator",
    "future",
    "task",
    "async function",
    "generator function",
    "function to a coroutine",
    "future",
    "function to a promise",
  ]);
});

Deno.test("createTask() refuses where no loop is running", () => {
  let called = false;
  assertThrows(
    () =>
      createTask(async () => {
        called = true;
      }),
    RuntimeError,
    "no running event loop",
  );
  assertFalse(called);
});

testScripts(
  "a task wakes up inside the callbacks of what it waits for (K2)",
  async (style) => {
    // In the order of registration, without a further iteration.
    const future = getRunningLoop().createFuture<void>();
    const log: string[] = [];
    future.addDoneCallback(() => log.push("before"));
    createTask(style.body(function* () {
      yield future;
      log.push("task");
    }));
    await sleep(0);
    future.addDoneCallback(() => log.push("after"));
    future.setResult();
    assertEquals(log, []);
    await sleep(0);
    assertEquals(log, ["before", "task", "after"]);
  },
);

testVirtual(
  "a bare yield of a generator goes on in the next iteration (K3)",
  async () => {
    const log: string[] = [];
    createTask((function* () {
      log.push("a");
      yield;
      log.push("b");
    })());
    await sleep(0);
    log.push("between");
    await sleep(0);
    assertEquals(log, ["a", "between", "b"]);
  },
);

testVirtual(
  "a generator that yields anything else is told what to write (K3)",
  async () => {
    const log: string[] = [];
    for (const value of [5, sleep(0), Promise.resolve(), null]) {
      const task = createTask(
        (function* () {
          try {
            yield value as unknown as undefined;
          } catch (error) {
            assertInstanceOf(error, RuntimeError);
            log.push(error.message);
          }
        })(),
        { name: "t" },
      );
      await task;
    }
    assertEquals(log.length, 4);
    for (const message of log) {
      assertMatch(
        message,
        /^Cannot wait in task 't': it yielded .*, write yield\* before/,
      );
    }
  },
);

testVirtual(
  "a generator that yields a future waits for it like yield* (K3)",
  async () => {
    const future = getRunningLoop().createFuture<number>();
    getRunningLoop().callLater(1, () => future.setResult(1));
    const task = createTask((function* () {
      yield future;
      return getRunningLoop().time();
    })());
    assertEquals(await task, 1);
  },
);

testScripts("a task refuses to wait for itself (K3)", async (style) => {
  const task: Task<unknown> = createTask(
    style.body(function* () {
      yield sleep(0);
      try {
        return yield task;
      } catch (error) {
        return error;
      }
    }),
    { name: "t" },
  );
  const error = await task;
  assertInstanceOf(error, RuntimeError);
  assertEquals(error.message, "Cannot wait in task 't': it is itself");
});

testScripts("a task ends with the result of its body", async (style) => {
  const task = createTask(style.body(function* () {
    yield sleep(1);
    return "result";
  }));
  assertFalse(task.done());
  await wait([task]);
  assertEquals([task.result(), task.exception()], ["result", null]);
  assertEquals(await task, "result");
});

testScripts("a task fails with the error of its body (K9)", async (style) => {
  const error = new RangeError("broken");
  const task = createTask(style.body(function* () {
    yield sleep(1);
    throw error;
  }));
  await wait([task]);
  assertStrictEquals(task.exception(), error);
  assertFalse(task.cancelled());
  await assertRejects(async () => await task, RangeError, "broken");
});

testScripts(
  "a task that fails before its first wait fails all the same",
  async (style) => {
    const task = createTask(style.body(function* () {
      throw new RangeError("at once");
    }));
    await assertRejects(async () => await task, RangeError, "at once");
  },
);

testVirtual(
  "a task fails when its function does, or returns nothing awaitable",
  async () => {
    const broken = createTask(() => {
      throw new RangeError("no coroutine");
    });
    await assertRejects(async () => await broken, RangeError, "no coroutine");
    const wrong = createTask(function wrong() {
      return 5;
    } as never);
    await assertRejects(
      async () => await wrong,
      TypeError,
      "Cannot run coroutine: expected an async function or a generator function, but wrong returned 5",
    );
  },
);

testScripts(
  "a task whose body throws CancelledError is cancelled (K9)",
  async (style) => {
    const task = createTask(style.body(function* () {
      yield sleep(1);
      throw new CancelledError("by hand");
    }));
    await assertRejects(async () => await task, CancelledError, "by hand");
    assert(task.cancelled());
    assertEquals(task.cancelling(), 0);
  },
);

testScripts("a task calls its done callbacks with itself", async (style) => {
  const log: string[] = [];
  const task = createTask(
    style.body(function* () {
      yield sleep(1);
    }),
    { name: "t" },
  );
  task.addDoneCallback((done) => {
    log.push(`${done.getName()} ${done.done()} ${currentTask()}`);
  });
  await task;
  await sleep(0);
  assertEquals(log, ["t true null"]);
});

testVirtual("Task refuses to be completed by hand", async () => {
  const task = createTask(sleep(1));
  assertThrows(
    () => task.setResult(undefined),
    RuntimeError,
    "Task does not support setResult operation",
  );
  assertThrows(
    () => task.setException(new Error()),
    RuntimeError,
    "Task does not support setException operation",
  );
  await task;
});

testVirtual("Task has a name, given or generated", async () => {
  const first = createTask(sleep(0));
  const second = createTask(sleep(0), { name: "second" });
  const third = createTask(sleep(0));
  const number = (task: Task<void>) => Number(task.getName().slice(5));
  assertMatch(first.getName(), /^Task-\d+$/);
  assertEquals(number(third), number(first) + 1);
  assertEquals(second.getName(), "second");
  const five = createTask(sleep(0), { name: 5 as unknown as string });
  assertEquals(five.getName(), "5");
  second.setName("renamed");
  assertEquals(second.getName(), "renamed");
  await wait([first, second, third, five]);
});

testScripts(
  "currentTask() is the task that runs, in every step (K18)",
  async (style) => {
    const names: (string | undefined)[] = [];
    const look = () => names.push(currentTask()?.getName());
    const helper = coroutine(style.body(function* () {
      look();
      yield sleep(0);
      look();
    }));
    const task = createTask(
      style.body(function* () {
        look();
        yield helper();
        look();
        yield createTask(helper, { name: "child" });
        look();
      }),
      { name: "t" },
    );
    assertEquals(currentTask()?.getName() === "t", false);
    await task;
    assertEquals(names, ["t", "t", "t", "t", "child", "child", "t"]);
  },
);

testVirtual(
  "currentTask() is right after a native promise, in a nested call, in catch",
  async () => {
    const names: (string | undefined)[] = [];
    const look = () => names.push(currentTask()?.getName());
    const nested = async () => {
      await null;
      look();
      throw new Error("broken");
    };
    await createTask(async () => {
      await Promise.resolve();
      look();
      try {
        await nested();
      } catch {
        look();
      }
      await Promise.all([sleep(1), sleep(2).then(look)]);
      look();
    }, { name: "t" });
    assertEquals(names, ["t", "t", "t", "t", "t"]);
  },
);

Deno.test("currentTask() is null outside any task (K18)", () => {
  assertEquals(currentTask(), null);
});

testScripts("allTasks() are those that have not ended (K18)", async (style) => {
  const main = currentTask();
  const short = createTask(style.body(function* () {
    yield sleep(1);
  }));
  const long = createTask(style.body(function* () {
    yield sleep(2);
  }));
  assertEquals([...allTasks()], [main, short, long]);
  await sleep(1.5);
  assertEquals([...allTasks()], [main, long]);
  long.cancel();
  assertEquals([...allTasks()], [main, long]);
  await iterations(2);
  assertEquals([...allTasks()], [main]);
});

Deno.test("allTasks() of a loop, and where none is running (K18)", async () => {
  assertThrows(() => allTasks(), RuntimeError, "no running event loop");
  const loop = new BaseEventLoop();
  const task = loop.createTask(sleep(0.001));
  assertEquals([...allTasks(loop)], [task]);
  await loop.runUntilComplete(task);
  assertEquals([...allTasks(loop)], []);
  loop.close();
});

testVirtual("allTasks() is a set of the caller's own", async () => {
  const tasks = allTasks();
  tasks.clear();
  assertEquals(allTasks().size, 1);
});

Deno.test("a pending task is kept, a finished one is not (K15)", async () => {
  const loop = new BaseEventLoop();
  let running: WeakRef<Task<unknown>> | undefined;
  let finished: WeakRef<Task<unknown>> | undefined;
  let ended = false;
  const task = loop.createTask(async () => {
    running = new WeakRef(createTask(async () => {
      await sleep(0.02);
      ended = true;
    }));
    finished = new WeakRef(createTask(sleep(0)));
    await sleep(0.005);
  });
  await loop.runUntilComplete(task);
  await collectGarbage();
  assert(running!.deref());
  assertEquals(finished!.deref(), undefined);
  await loop.runUntilComplete(() => sleep(0.02));
  assert(ended);
  loop.close();
});

testMixedScripts(
  "a task waits for tasks of the other style",
  async (outer, inner) => {
    const log: string[] = [];
    const child = inner.body(function* () {
      yield sleep(1);
      log.push("child");
      return "value";
    });
    const task = createTask(outer.body(function* () {
      const value: string = yield createTask(child);
      log.push(value);
      return value;
    }));
    assertEquals(await task, "value");
    assertEquals(log, ["child", "value"]);
  },
);

testVirtual("the styles call each other, three deep and back", async () => {
  const log: string[] = [];
  const innermost = async () => {
    await sleep(1);
    log.push("async function");
    return 1;
  };
  const middle = coroutine(function* () {
    const value = yield* createTask(innermost);
    log.push("generator");
    return value + 1;
  });
  const outer = async () => {
    const value = await middle();
    log.push("outer");
    return value + 1;
  };
  assertEquals(await createTask(outer), 3);
  assertEquals(log, ["async function", "generator", "outer"]);
});

testScripts("10 000 tasks all end", async (style) => {
  let count = 0;
  const body = style.body(function* () {
    yield sleep(0);
    yield sleep(1);
    count++;
  });
  const tasks: Task<void>[] = [];
  for (let i = 0; i < 10_000; i++) tasks.push(createTask(body));
  await wait(tasks);
  assertEquals(count, 10_000);
  assertEquals(new Set(tasks.map(outcomeOf)), new Set(["finished"]));
});
