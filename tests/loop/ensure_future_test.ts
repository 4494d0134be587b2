import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ensureFuture, wrapFuture } from "../../loop/ensure_future.ts";
import { CancelledError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, Task } from "../../loop/tasks.ts";
import { recordReports, testScripts, testVirtual } from "./_support.ts";

testVirtual(
  "ensureFuture() returns a future or task as it is (W12)",
  async () => {
    const future = getRunningLoop().createFuture<void>();
    assertStrictEquals(ensureFuture(future), future);
    const task = createTask(sleep(0));
    assertStrictEquals(ensureFuture(task), task);
    await task;
  },
);

testVirtual("ensureFuture() makes a task of anything else (W12)", async () => {
  const generator = (function* () {
    return yield* sleep(1, "generator");
  })();
  const results: unknown[] = [];
  const sources = [sleep(1, "coroutine"), generator, () => sleep(1, "thunk")];
  for (const source of sources) {
    const future = ensureFuture(source);
    assertInstanceOf(future, Task);
    results.push(await future);
  }
  assertEquals(results, ["coroutine", "generator", "thunk"]);
});

testScripts("wrapFuture() waits for a promise", async (style) => {
  const task = createTask(style.body(function* () {
    const results: unknown[] = [yield wrapFuture(Promise.resolve("value"))];
    try {
      yield wrapFuture(Promise.reject(new RangeError("broken")));
    } catch (error) {
      results.push(String(error));
    }
    return results;
  }));
  assertEquals(await task, ["value", "RangeError: broken"]);
});

testScripts(
  "wrapFuture() can be cancelled at once, and abandons the promise",
  async (style) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const future = wrapFuture(promise);
    const task = createTask(style.body(function* () {
      yield future;
    }));
    await sleep(1);
    task.cancel("enough");
    await assertRejects(async () => await task, CancelledError, "enough");
    assert(future.cancelled());
    resolve("too late");
    await sleep(1);
    assert(future.cancelled());
  },
);

testVirtual(
  "wrapFuture() keeps a promise that fails too late from ending the process",
  async () => {
    const reports = recordReports();
    const { promise, reject } = Promise.withResolvers<string>();
    const future = wrapFuture(promise);
    future.cancel();
    reject(new Error("too late"));
    await sleep(1);
    assertEquals(reports, []);
  },
);

testVirtual(
  "wrapFuture() takes anything with a then method, and futures as they are",
  async () => {
    const thenable: PromiseLike<number> = {
      then: (onFulfilled) => Promise.resolve(1).then(onFulfilled),
    };
    assertEquals(await wrapFuture(thenable), 1);
    const future = getRunningLoop().createFuture<void>();
    assertStrictEquals(wrapFuture(future), future);
    assertFalse(future.done());
    assertEquals(await wrapFuture(sleep(1, "coroutine")), "coroutine");
  },
);

Deno.test("wrapFuture() refuses what is no promise", () => {
  for (const value of [1, null, undefined, {}, () => {}]) {
    assertThrows(
      () => wrapFuture(value as unknown as Promise<void>),
      TypeError,
      "Cannot wrap future: expected a promise",
    );
  }
});
