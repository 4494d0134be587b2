// deno-lint-ignore-file require-yield
import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { coroutine } from "../../loop/coroutine_function.ts";
import type { Coroutine } from "../../loop/coroutines.ts";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { gather } from "../../loop/gather.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { isCoroutine } from "../../loop/steps.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { Queue } from "../../queues/queue.ts";
import {
  recordReports,
  SCRIPT_STYLES,
  testMixedScripts,
  testScripts,
  testVirtual,
  thrownBy,
} from "./_support.ts";

const REUSED = "cannot reuse already awaited coroutine";

function nameOf(error: unknown): string {
  return (error as Error).name;
}

/** Makes coroutines that log their start and return a value. */
function logging(log: string[]): (value: string) => Coroutine<string> {
  return coroutine(function* work(value: string) {
    log.push(`start ${value}`);
    yield* sleep(1);
    log.push(`end ${value}`);
    return value;
  });
}

testScripts("Coroutine is cold until it is awaited", async (style) => {
  const log: string[] = [];
  const work = logging(log);
  const task = createTask(style.body(function* () {
    const cold = work("a");
    log.push("made");
    yield sleep(5);
    log.push("awaiting");
    const value: string = yield cold;
    log.push(value);
  }));
  await task;
  assertEquals(log, ["made", "awaiting", "start a", "end a", "a"]);
});

testScripts(
  "Coroutine starts at once when it is awaited, in the awaiting task",
  async (style) => {
    const log: string[] = [];
    const child = coroutine(style.body(function* () {
      log.push(currentTask()!.getName());
      yield sleep(0);
      log.push(currentTask()!.getName());
    }));
    const parent = createTask(
      style.body(function* () {
        log.push("before");
        yield child();
        log.push("after");
      }),
      { name: "parent" },
    );
    getRunningLoop().callSoon(() => log.push("next handle"));
    await parent;
    assertEquals(log, ["before", "parent", "next handle", "parent", "after"]);
  },
);

testScripts(
  "Coroutine that does not wait does not suspend its caller",
  async (style) => {
    const log: string[] = [];
    const immediate = coroutine(style.body(function* (n: number) {
      return n;
    }));
    const task = createTask(style.body(function* () {
      for (let i = 0; i < 3; i++) log.push(`${yield immediate(i)}`);
    }));
    getRunningLoop().callSoon(() => log.push("callback"));
    await task;
    assertEquals(log, ["0", "1", "2", "callback"]);
  },
);

testScripts("Coroutine refuses to be awaited twice", async (style) => {
  const log: string[] = [];
  const task = createTask(style.body(function* () {
    const once = logging(log)("a");
    yield once;
    try {
      yield once;
    } catch (error) {
      assert(error instanceof RuntimeError);
      log.push(error.message);
    }
  }));
  await task;
  assertEquals(log, ["start a", "end a", `${REUSED} 'work'`]);
});

testVirtual("Coroutine refuses to be awaited by two tasks", async () => {
  const shared = sleep(1, "once");
  const tasks = SCRIPT_STYLES.map((style) =>
    createTask(style.body(function* () {
      return yield shared;
    }))
  );
  assertEquals(await tasks[0], "once");
  await assertRejects(async () => await tasks[1], RuntimeError, REUSED);
});

testVirtual("Coroutine refuses to become a second task", async () => {
  const shared = sleep(1, "once");
  const task = createTask(shared);
  assertThrows(() => createTask(shared), RuntimeError, REUSED);
  await assertRejects(async () => await shared, RuntimeError, REUSED);
  assertEquals(await task, "once");
});

testVirtual(
  "a generator object that has ended refuses to run again",
  async () => {
    const generator = (function* () {
      return yield* sleep(1, "once");
    })();
    assertEquals(await createTask(generator), "once");
    // JavaScript's own generators give undefined a second time; asyncio's error
    // is not to be had, but the task ends.
    assertEquals(await createTask(generator), undefined as unknown as string);
  },
);

testVirtual("Coroutine.close() gives it up", async () => {
  const log: string[] = [];
  const dropped = logging(log)("a");
  dropped.close();
  dropped.close();
  await assertRejects(async () => await dropped, RuntimeError, REUSED);
  assertEquals(log, []);
});

testVirtual("Coroutine that is dropped starts nothing", async () => {
  const reports = recordReports();
  const log: string[] = [];
  const queue = new Queue<number>();
  logging(log)("a");
  sleep(1);
  queue.put(1);
  await sleep(2);
  assertEquals([log, queue.qsize(), reports], [[], 0, []]);
});

testMixedScripts(
  "Coroutine gives results and errors to its caller",
  async (outer, inner) => {
    const child = coroutine(inner.body(function* (fails: boolean) {
      yield sleep(1);
      if (fails) throw new RangeError("from child");
      return "from child";
    }));
    const parent = createTask(outer.body(function* () {
      const log: string[] = [yield child(false)];
      try {
        yield child(true);
      } catch (error) {
        log.push(String(error));
      }
      return log;
    }));
    assertEquals(await parent, ["from child", "RangeError: from child"]);
  },
);

testMixedScripts(
  "Coroutine is cancelled where it waits, then its callers (K13)",
  async (outer, inner) => {
    const log: string[] = [];
    const waits = coroutine(inner.body(function* () {
      try {
        yield sleep(60);
      } catch (error) {
        log.push(`inner ${(error as Error).message}`);
        throw error;
      } finally {
        yield sleep(1);
        log.push("inner cleaned up");
      }
    }));
    const task = createTask(outer.body(function* () {
      try {
        yield waits();
      } finally {
        log.push("outer");
      }
    }));
    await sleep(1);
    task.cancel("stop");
    await assertRejects(async () => await task, CancelledError, "stop");
    assertEquals(log, ["inner stop", "inner cleaned up", "outer"]);
  },
);

// A Coroutine is a Promise to whoever takes one.

testVirtual("Coroutine.then() by hand starts it and chains", async () => {
  const log: string[] = [];
  const work = logging(log);
  const chain = work("a").then((value) => `${value}!`);
  assertEquals(log, ["start a"]);
  assertEquals(await chain, "a!");
  const both = work("b").then((value) => `${value}?`, () => "failed");
  assertEquals(await both.then((value) => value.length), 2);
});

testVirtual(
  "Coroutine.catch() and finally() behave as a promise's",
  async () => {
    const log: string[] = [];
    const broken = coroutine(async () => {
      await sleep(1);
      throw new RangeError("broken");
    });
    assertEquals(
      await broken().catch((error) => `${error}`),
      "RangeError: broken",
    );
    await assertRejects(
      () => broken().finally(() => log.push("f")),
      RangeError,
    );
    assertEquals(await sleep(1, "v").finally(() => log.push("g")), "v");
    assertEquals(log, ["f", "g"]);
  },
);

testVirtual(
  "Coroutine.then() rejects, and does not throw, when reused or failing at once",
  async () => {
    const queue = new Queue<number>();
    queue.shutdown();
    const caught = await queue.get().then(() => "got", nameOf);
    assertEquals(caught, "QueueShutDown");
    const once = sleep(0);
    await once;
    assertEquals(
      await once.then(() => "ran", nameOf),
      "RuntimeError",
    );
  },
);

testVirtual(
  "Coroutine takes part in Promise.all and Promise.allSettled",
  async () => {
    const loop = getRunningLoop();
    assertEquals(await Promise.all([sleep(2, "a"), sleep(1, "b")]), ["a", "b"]);
    assertEquals(loop.time(), 2);
    const broken = coroutine(function* () {
      yield* sleep(1);
      throw new Error("broken");
    });
    const settled = await Promise.allSettled([broken(), sleep(1)]);
    assertEquals(settled.map(({ status }) => status), [
      "rejected",
      "fulfilled",
    ]);
  },
);

testVirtual(
  "cold waits awaited one after the other take their times in turn",
  async () => {
    // As in Python, and unlike promises.
    const a = sleep(2);
    const b = sleep(2);
    await a;
    await b;
    assertEquals(getRunningLoop().time(), 4);
  },
);

testScripts(
  "Coroutine can be run as a task, gathered, waited for",
  async (style) => {
    const work = coroutine(style.body(function* (n: number) {
      yield sleep(1);
      return n;
    }));
    assertEquals(await createTask(work(1)), 1);
    assertEquals(await gather(work(2), work(3)), [2, 3]);
    assertEquals(await waitFor(work(4), 5), 4);
  },
);

testVirtual("Coroutine carries the name of its function", async () => {
  const named = coroutine(async function fetchAll() {});
  assertEquals(named().name, "fetchAll");
  assertEquals(sleep(0).name, "sleep");
  assertEquals(new Queue().put(1).name, "Queue.put");
  assertEquals(
    `${Object.prototype.toString.call(named())}`,
    "[object Coroutine]",
  );
});

Deno.test("coroutine() passes arguments on and refuses what is no function", async () => {
  const add = coroutine(function* (a: number, b: number) {
    return a + b;
  });
  assertEquals(await add(1, 2), 3);
  assertThrows(
    () => coroutine(1 as never),
    TypeError,
    "Cannot make coroutine function: expected a function",
  );
});

testScripts(
  "coroutine() explains a body that is no coroutine function",
  async (style) => {
    const wrong = coroutine(function wrong() {
      return 5;
    } as never);
    const task = createTask(style.body(function* () {
      yield wrong();
    }));
    await assertRejects(
      async () => await task,
      TypeError,
      "Cannot run coroutine: expected an async function or a generator function, but wrong returned 5",
    );
  },
);

testVirtual("coroutine() may return what another function made", async () => {
  const future = getRunningLoop().createFuture<string>();
  future.setResult("future");
  assertEquals(await coroutine(() => future)(), "future");
  assertEquals(await coroutine(() => sleep(1, "coroutine"))(), "coroutine");
  assertEquals(await coroutine(() => Promise.resolve("promise"))(), "promise");
});

Deno.test("isCoroutine() knows coroutines and generator objects only", () => {
  assert(isCoroutine(sleep(0)));
  assert(isCoroutine((function* () {})()));
  const generatorFunction = function* () {};
  const others = [
    generatorFunction,
    Promise.resolve(),
    [],
    [][Symbol.iterator](),
    null,
    1,
  ];
  for (const other of others) assertFalse(isCoroutine(other));
});

testVirtual("a generator may catch an error and go on waiting", async () => {
  const log: unknown[] = [];
  const task = createTask((function* () {
    try {
      yield* (function* () {
        yield* sleep(1);
        throw new Error("broken");
      })();
    } catch (error) {
      log.push(String(error));
    }
    log.push(yield* sleep(1, "after"));
  })());
  await task;
  assertEquals(log, ["Error: broken", "after"]);
});

testVirtual(
  "a coroutine of 1000 nested generators waits and is cancelled",
  async () => {
    let unwound = 0;
    const nested = function* (depth: number): ReturnType<typeof sleepy> {
      try {
        if (depth > 0) yield* nested(depth - 1);
        else yield* sleep(60);
      } finally {
        unwound++;
      }
    };
    const sleepy = function* () {
      yield* sleep(0);
    };
    const task = createTask(nested(999));
    await sleep(1);
    task.cancel();
    assert(thrownBy(() => task.result()));
    await assertRejects(async () => await task, CancelledError);
    assertEquals(unwound, 1000);
  },
);
