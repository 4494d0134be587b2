import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { coroutine } from "../../loop/coroutine_function.ts";
import { CancelledError, TimeoutError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { allTasks, createTask, currentTask } from "../../loop/tasks.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { Queue } from "../../queues/queue.ts";
import { outcomeOf } from "../_support.ts";
import { testMixedScripts, testScripts, testVirtual } from "./_support.ts";

testScripts(
  "waitFor() gives the result, or the error, that comes in time (W3)",
  async (style) => {
    const broken = coroutine(style.body(function* () {
      yield sleep(1);
      throw new RangeError("broken");
    }));
    const task = createTask(style.body(function* () {
      const results: unknown[] = [yield waitFor(sleep(1, "value"), 2)];
      results.push(yield waitFor(createTask(sleep(1, "task")), 2));
      try {
        yield waitFor(broken(), 2);
      } catch (error) {
        results.push(String(error));
      }
      return results;
    }));
    assertEquals(await task, ["value", "task", "RangeError: broken"]);
    assertEquals(getRunningLoop().time(), 3);
  },
);

testMixedScripts(
  "waitFor() cancels what takes too long, where it waits (W3)",
  async (outer, inner) => {
    const log: string[] = [];
    const slow = coroutine(inner.body(function* () {
      try {
        yield sleep(60);
      } catch (error) {
        log.push(String(error));
        throw error;
      }
    }));
    const task = createTask(outer.body(function* () {
      try {
        return yield waitFor(slow(), 1);
      } catch (error) {
        return error;
      }
    }));
    const error = await task;
    assertInstanceOf(error, TimeoutError);
    assertInstanceOf(error.cause, CancelledError);
    assertEquals(log, ["CancelledError"]);
    assertEquals([getRunningLoop().time(), task.cancelling()], [1, 0]);
  },
);

testMixedScripts(
  "waitFor() runs functions and coroutines in the caller's task (W3)",
  async (outer, inner) => {
    const look = inner.body(function* () {
      yield sleep(0);
      return [currentTask()?.getName(), allTasks().size];
    });
    const task = createTask(
      outer.body(function* () {
        return [yield waitFor(look, 1), yield waitFor(coroutine(look)(), 1)];
      }),
      { name: "caller" },
    );
    // The task of this test and the caller: no task is made for the wait.
    assertEquals(await task, [["caller", 2], ["caller", 2]]);
  },
);

testScripts(
  "waitFor() waits for the end of what it cancelled (W3)",
  async (style) => {
    const tidy = style.body(function* () {
      try {
        yield sleep(60);
      } finally {
        yield sleep(5);
      }
    });
    await assertRejects(() => waitFor(tidy, 1), TimeoutError);
    assertEquals(getRunningLoop().time(), 6);
  },
);

testScripts(
  "waitFor() gives the result of what refuses to be cancelled (W3)",
  async (style) => {
    const stubborn = style.body(function* () {
      try {
        return yield sleep(60);
      } catch {
        return "refused";
      }
    });
    assertEquals(await waitFor(stubborn, 1), "refused");
    assertEquals(await waitFor(createTask(stubborn), 1), "refused");
  },
);

testScripts(
  "waitFor() gives the error that the cancellation led to (W3)",
  async (style) => {
    const broken = style.body(function* () {
      try {
        yield sleep(60);
      } catch {
        throw new RangeError("while cleaning up");
      }
    });
    await assertRejects(
      () => waitFor(broken, 1),
      RangeError,
      "while cleaning up",
    );
  },
);

testVirtual("waitFor() cancels the future it waits for", async () => {
  const future = getRunningLoop().createFuture<void>();
  await assertRejects(() => waitFor(future, 1), TimeoutError);
  assert(future.cancelled());
});

testVirtual("waitFor(null) waits for ever", async () => {
  assertEquals(await waitFor(sleep(1e6, "value"), null), "value");
  assertEquals(getRunningLoop().time(), 1e6);
});

for (const timeout of [0, -1]) {
  testScripts(
    `waitFor(${timeout}) does not start a coroutine (W4)`,
    async (style) => {
      let started = false;
      const body = style.body(function* () {
        started = true;
        yield sleep(0);
      });
      await assertRejects(() => waitFor(body, timeout), TimeoutError);
      await assertRejects(
        () => waitFor(coroutine(body)(), timeout),
        TimeoutError,
      );
      assertFalse(started);
    },
  );

  testVirtual(
    `waitFor(${timeout}) gives the outcome of what is done (W4)`,
    async () => {
      const future = getRunningLoop().createFuture<number>();
      future.setResult(1);
      assertEquals(await waitFor(future, timeout), 1);
      const failed = getRunningLoop().createFuture<number>();
      failed.setException(new RangeError("broken"));
      await assertRejects(() => waitFor(failed, timeout), RangeError);
    },
  );

  testVirtual(
    `waitFor(${timeout}) cancels a task and waits for its end (W4)`,
    async () => {
      const task = createTask(async () => {
        try {
          await sleep(60);
        } finally {
          await sleep(5);
        }
      });
      await sleep(0);
      await assertRejects(() => waitFor(task, timeout), TimeoutError);
      assertEquals([outcomeOf(task), getRunningLoop().time()], [
        "cancelled",
        5,
      ]);
    },
  );
}

testScripts(
  "waitFor() that is cancelled cancels what it waits for (K5, K13)",
  async (style) => {
    const inner = createTask(sleep(60));
    const task = createTask(style.body(function* () {
      yield waitFor(inner, 30);
    }));
    await sleep(1);
    task.cancel("from above");
    await assertRejects(async () => await task, CancelledError, "from above");
    assertEquals([outcomeOf(inner), task.cancelling()], ["cancelled", 1]);
    // No timer is left.
    await sleep(100);
    assertEquals(getRunningLoop().time(), 101);
  },
);

testScripts(
  "waitFor() does not swallow a cancellation that races with the result (UA1)",
  async (style) => {
    const future = getRunningLoop().createFuture<string>();
    const task = createTask(style.body(function* () {
      return yield waitFor(future, 30);
    }));
    await sleep(1);
    future.setResult("value");
    task.cancel();
    await assertRejects(async () => await task, CancelledError);
  },
);

testScripts(
  "waitFor() does not swallow a cancellation that races with its timeout (UA1, TO3)",
  async (style) => {
    const task = createTask(style.body(function* () {
      yield waitFor(sleep(60), 1);
    }));
    await sleep(0);
    getRunningLoop().callAt(1, () => task.cancel("from above"));
    await assertRejects(async () => await task, CancelledError);
    assertEquals([task.cancelled(), task.cancelling()], [true, 1]);
  },
);

testScripts("waitFor() of a queue loses no item (UA3, Q3)", async (style) => {
  const queue = new Queue<number>();
  const task = createTask(style.body(function* () {
    return yield waitFor(queue.get(), 1);
  }));
  await sleep(0);
  // The item and the end of the time come in the same iteration.
  getRunningLoop().callAt(1, () => queue.putNowait(7));
  const got = await task.then((item) => [item], () => []);
  const left = queue.empty() ? [] : [queue.getNowait()];
  assertEquals([...got, ...left], [7]);
});

testVirtual("waitFor() is cold, and refuses to be awaited twice", async () => {
  const wait = waitFor(sleep(1, "value"), 5);
  await sleep(9);
  assertEquals(await wait, "value");
  assertEquals(getRunningLoop().time(), 10);
  await assertRejects(async () => await wait);
});

testVirtual("waitFor() refuses what cannot be run", async () => {
  await Promise.resolve();
  const error = assertThrows(
    () => waitFor(Promise.resolve() as never, 1),
    TypeError,
  );
  assertStrictEquals(
    error.message,
    "Cannot wait: expected a coroutine, received a started promise, " +
      "write () => call() instead of call(), or wrapFuture(promise)",
  );
});
