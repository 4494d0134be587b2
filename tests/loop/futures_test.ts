import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CancelledError,
  InvalidStateError,
  RuntimeError,
} from "../../loop/errors.ts";
import { Future, isFuture } from "../../loop/futures.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import {
  recordReports,
  testScripts,
  testVirtual,
  thrownBy,
  virtualLoop,
} from "./_support.ts";

function createFuture<T>(): Future<T> {
  return getRunningLoop().createFuture<T>();
}

testVirtual("Future is pending, then finished (F1)", async () => {
  const future = createFuture<number>();
  assertFalse(future.done());
  future.setResult(1);
  assert(future.done());
  assertFalse(future.cancelled());
  assertEquals([future.result(), future.exception()], [1, null]);
});

testVirtual("Future is pending, then failed (F1, F4)", async () => {
  const future = createFuture<number>();
  const error = new RangeError("broken");
  future.setException(error);
  assert(future.done());
  assertFalse(future.cancelled());
  assertStrictEquals(future.exception(), error);
  assertStrictEquals(thrownBy(() => future.result()), error);
  assertStrictEquals(thrownBy(() => future.result()), error);
});

testVirtual("Future is pending, then cancelled (F1, F6)", async () => {
  const future = createFuture<number>();
  assert(future.cancel());
  assert(future.done());
  assert(future.cancelled());
  assertThrows(() => future.result(), CancelledError);
  assertThrows(() => future.exception(), CancelledError);
});

testVirtual(
  "Future.result() and exception() refuse while pending (F4)",
  async () => {
    const future = createFuture<number>();
    const message = "Cannot take result: it is not set";
    assertThrows(() => future.result(), InvalidStateError, message);
    assertThrows(() => future.exception(), InvalidStateError, message);
  },
);

testVirtual("Future that is done refuses another outcome (F1)", async () => {
  const finished = createFuture<number>();
  finished.setResult(1);
  const failed = createFuture<number>();
  failed.setException(new Error("broken"));
  failed.exception();
  const cancelled = createFuture<number>();
  cancelled.cancel();
  for (const future of [finished, failed, cancelled]) {
    const message = "Cannot complete future: it is already done";
    assertThrows(() => future.setResult(2), InvalidStateError, message);
    assertThrows(
      () => future.setException(new Error("late")),
      InvalidStateError,
      message,
    );
    assertFalse(future.cancel());
  }
  assertEquals(finished.result(), 1);
});

testVirtual("Future.cancel() gives its message to the error (F6)", async () => {
  const future = createFuture<number>();
  future.cancel("enough");
  assertThrows(() => future.result(), CancelledError, "enough");
  await assertRejects(async () => await future, CancelledError, "enough");
  const silent = createFuture<number>();
  silent.cancel();
  const error = thrownBy(() => silent.result());
  assertInstanceOf(error, CancelledError);
  assertEquals(error.message, "");
});

testVirtual(
  "Future.setException() makes an object of a class (F5)",
  async () => {
    const future = createFuture<number>();
    future.setException(RangeError);
    assertInstanceOf(future.exception(), RangeError);
  },
);

testVirtual("Future can fail with anything, as a promise can", async () => {
  for (const reason of [undefined, null, 0, "text"]) {
    const future = createFuture<number>();
    future.setException(reason);
    assertStrictEquals(thrownBy(() => future.result()), reason);
    let caught: unknown = "nothing";
    try {
      await future;
    } catch (error) {
      caught = error;
    }
    assertStrictEquals(caught, reason);
  }
});

testVirtual(
  "Future can finish with undefined or another future's error",
  async () => {
    const future = createFuture<unknown>();
    const error = new Error("only a value");
    future.setResult(error);
    assertStrictEquals(future.result(), error);
    assertEquals(future.exception(), null);
    const empty = createFuture<void>();
    empty.setResult();
    assertStrictEquals(await empty, undefined);
  },
);

testVirtual(
  "Future.addDoneCallback() calls back through the loop, in order (F2, F3)",
  async () => {
    const future = createFuture<number>();
    const log: string[] = [];
    future.addDoneCallback(() => log.push("a"));
    getRunningLoop().callSoon(() => log.push("ready before"));
    future.addDoneCallback((done) => {
      log.push("b");
      assertStrictEquals(done, future);
    });
    future.setResult(1);
    getRunningLoop().callSoon(() => log.push("ready after"));
    assertEquals(log, []);
    await sleep(0);
    assertEquals(log, ["ready before", "a", "b", "ready after"]);
  },
);

testVirtual(
  "Future.addDoneCallback() on a done future is no direct call (F2)",
  async () => {
    const future = createFuture<number>();
    future.setResult(1);
    const log: string[] = [];
    future.addDoneCallback(() => log.push("called"));
    assertEquals(log, []);
    await sleep(0);
    assertEquals(log, ["called"]);
  },
);

testVirtual(
  "Future calls its callbacks once, each registration for itself (F3)",
  async () => {
    const future = createFuture<number>();
    let calls = 0;
    const count = () => calls++;
    future.addDoneCallback(count);
    future.addDoneCallback(count);
    future.cancel();
    await sleep(1);
    assertEquals(calls, 2);
  },
);

testVirtual(
  "Future.removeDoneCallback() takes back all that are equal (F3)",
  async () => {
    const future = createFuture<number>();
    const log: string[] = [];
    const a = () => log.push("a");
    const b = () => log.push("b");
    for (const callback of [a, b, a, a]) future.addDoneCallback(callback);
    assertEquals(future.removeDoneCallback(a), 3);
    assertEquals(future.removeDoneCallback(a), 0);
    future.setResult(1);
    await sleep(0);
    assertEquals(log, ["b"]);
    assertEquals(future.removeDoneCallback(b), 0);
  },
);

testVirtual("Future callbacks may add and remove callbacks (F3)", async () => {
  const future = createFuture<number>();
  const log: string[] = [];
  const second = () => log.push("second");
  future.addDoneCallback(() => {
    log.push("first");
    // Too late: its call is scheduled already.
    assertEquals(future.removeDoneCallback(second), 0);
    future.addDoneCallback(() => log.push("third"));
  });
  future.addDoneCallback(second);
  future.setResult(1);
  await sleep(1);
  assertEquals(log, ["first", "second", "third"]);
});

testVirtual(
  "Future callback that throws is reported, the others run (H1)",
  async () => {
    const reports = recordReports();
    const future = createFuture<number>();
    let called = false;
    future.addDoneCallback(() => {
      throw new Error("broken");
    });
    future.addDoneCallback(() => called = true);
    future.setResult(1);
    await sleep(0);
    assert(called);
    assertEquals(reports.map(({ exception }) => `${exception}`), [
      "Error: broken",
    ]);
  },
);

testScripts(
  "Future wakes all who wait, in the order in which they came",
  async (style) => {
    const future = createFuture<number>();
    const log: string[] = [];
    for (const name of ["a", "b", "c"]) {
      createTask(style.body(function* () {
        const value: number = yield future;
        log.push(`${name}${value}`);
      }));
    }
    await sleep(0);
    future.addDoneCallback(() => log.push("callback"));
    future.setResult(7);
    await sleep(0);
    assertEquals(log, ["a7", "b7", "c7", "callback"]);
  },
);

testScripts("Future throws its error to all who wait", async (style) => {
  const future = createFuture<number>();
  const error = new RangeError("broken");
  const tasks = [1, 2].map(() =>
    createTask(style.body(function* () {
      try {
        return yield future;
      } catch (caught) {
        return caught;
      }
    }))
  );
  await sleep(0);
  future.setException(error);
  for (const task of tasks) assertStrictEquals(await task, error);
});

testScripts(
  "Future that is done does not suspend who awaits it",
  async (style) => {
    const loop = getRunningLoop();
    const done = createFuture<number>();
    done.setResult(1);
    const failed = createFuture<number>();
    failed.setException(new Error("broken"));
    const log: string[] = [];
    const task = createTask(style.body(function* () {
      for (let i = 0; i < 3; i++) log.push(`value ${yield done}`);
      try {
        yield failed;
      } catch (error) {
        log.push(`${error}`);
      }
    }));
    loop.callSoon(() => log.push("callback"));
    await task;
    assertEquals(log, [
      "value 1",
      "value 1",
      "value 1",
      "Error: broken",
      "callback",
    ]);
  },
);

testScripts(
  "Future that is cancelled cancels who awaits it (K9)",
  async (style) => {
    const future = createFuture<number>();
    const task = createTask(style.body(function* () {
      yield future;
    }));
    await sleep(0);
    future.cancel("from outside");
    await assertRejects(async () => await task, CancelledError, "from outside");
    assert(task.cancelled());
    assertEquals(task.cancelling(), 0);
  },
);

testScripts(
  "Future of another loop is refused by a task (F8)",
  async (style) => {
    const foreign = virtualLoop().createFuture<number>();
    const task = createTask(
      style.body(function* () {
        yield foreign;
      }),
      { name: "t" },
    );
    await assertRejects(
      async () => await task,
      RuntimeError,
      "Cannot wait in task 't': the future is attached to a different loop",
    );
  },
);

testScripts(
  "Future of another loop that is done is no wait (F8)",
  async (style) => {
    const done = virtualLoop().createFuture<number>();
    done.setResult(1);
    const task = createTask(style.body(function* () {
      return yield done;
    }));
    assertEquals(await task, 1);
  },
);

// A Future is a Promise to whoever takes one.

testVirtual("Future.then() by hand chains like a promise", async () => {
  const future = createFuture<number>();
  const chain = future.then((value) => value + 1).then((value) => value * 2);
  getRunningLoop().callLater(1, () => future.setResult(20));
  assertEquals(await chain, 42);
  assertEquals(getRunningLoop().time(), 1);
});

testVirtual(
  "Future.then() passes an error on to the next handler",
  async () => {
    const future = createFuture<number>();
    const chain = future.then((value) => value + 1)
      .then((value) => `value ${value}`, (error) => `caught ${error}`);
    future.setException(new Error("broken"));
    assertEquals(await chain, "caught Error: broken");
  },
);

testVirtual(
  "Future.then() with both handlers chains on their outcome",
  async () => {
    const good = createFuture<number>();
    good.setResult(1);
    const bad = createFuture<number>();
    bad.setException(new Error("broken"));
    const later = createFuture<number>();
    getRunningLoop().callLater(1, () => later.setResult(2));
    const onValue = (value: number) => `value ${value}`;
    const onError = (error: unknown) => `caught ${error}`;
    assertEquals(await good.then(onValue, onError), "value 1");
    assertEquals(await bad.then(onValue, onError), "caught Error: broken");
    assertEquals(
      await later.then(onValue, onError).then((text) => `${text}!`),
      "value 2!",
    );
  },
);

testVirtual("Future.then() rejects when a handler throws", async () => {
  const future = createFuture<number>();
  const broken = () => {
    throw new RangeError("handler");
  };
  const beforehand = future.then(broken, broken);
  const chained = assertRejects(() => beforehand, RangeError, "handler");
  getRunningLoop().callLater(1, () => future.setResult(1));
  await chained;
  await assertRejects(() => future.then(broken, broken), RangeError, "handler");
  await assertRejects(() => future.then(broken), RangeError, "handler");
});

testVirtual("Future.then() flattens what a handler returns", async () => {
  const future = createFuture<number>();
  future.setResult(1);
  const other = createFuture<string>();
  getRunningLoop().callLater(1, () => other.setResult("flat"));
  assertEquals(await future.then(() => other, () => other), "flat");
  assertEquals(await future.then(() => sleep(1, "cold")), "cold");
});

testVirtual("Future.catch() sees errors only", async () => {
  const bad = createFuture<number>();
  bad.setException(new Error("broken"));
  assertEquals(await bad.catch((error) => `${error}`), "Error: broken");
  const good = createFuture<number>();
  good.setResult(1);
  assertEquals(await good.catch(() => 2), 1);
});

testVirtual(
  "Future.finally() runs either way and passes the outcome on",
  async () => {
    const log: string[] = [];
    const good = createFuture<number>();
    good.setResult(1);
    assertEquals(await good.finally(() => log.push("good")), 1);
    const bad = createFuture<number>();
    bad.setException(new RangeError("broken"));
    await assertRejects(() => bad.finally(() => log.push("bad")), RangeError);
    assertEquals(log, ["good", "bad"]);
  },
);

testVirtual(
  "Future takes part in Promise.all, race, any and allSettled",
  async () => {
    const loop = getRunningLoop();
    const make = (delay: number, value: string): Promise<string> => {
      const future = createFuture<string>();
      loop.callLater(delay, () => future.setResult(value));
      return future;
    };
    assertEquals(await Promise.all([make(1, "a"), make(2, "b")]), ["a", "b"]);
    assertEquals(await Promise.race([make(2, "a"), make(1, "b")]), "b");
    const bad = createFuture<string>();
    bad.setException(new Error("broken"));
    assertEquals(await Promise.any([bad, make(1, "c")]), "c");
    const settled = await Promise.allSettled([bad, make(1, "d")]);
    assertEquals(settled.map(({ status }) => status), [
      "rejected",
      "fulfilled",
    ]);
  },
);

testVirtual("Future is flattened when a promise resolves to it", async () => {
  const future = createFuture<number>();
  getRunningLoop().callLater(1, () => future.setResult(1));
  assertEquals(await Promise.resolve(future), 1);
  const wrapper = async () => future;
  assertEquals(await wrapper(), 1);
});

testVirtual("isFuture() knows futures and tasks only (F9)", async () => {
  assert(isFuture(createFuture()));
  assert(isFuture(createTask(sleep(0))));
  class Special extends Future<number> {}
  assert(isFuture(new Special()));
  for (const other of [sleep(0), Promise.resolve(), {}, null, undefined, 1]) {
    assertFalse(isFuture(other));
  }
});

Deno.test("new Future() belongs to the running loop", async () => {
  const loop = virtualLoop();
  await run(async () => {
    assertStrictEquals(new Future().getLoop(), loop);
    const other = virtualLoop();
    assertStrictEquals(new Future(other).getLoop(), other);
  }, { loopFactory: () => loop });
});

testVirtual(
  "Future makes a new CancelledError for everyone who asks (K13)",
  async () => {
    const future = createFuture<number>();
    future.cancel("enough");
    const first = thrownBy(() => future.result());
    assertNotStrictEquals(thrownBy(() => future.result()), first);
  },
);
