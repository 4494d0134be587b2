import { assertEquals, assertMatch } from "@std/assert";
import { coroutine } from "../../loop/coroutine_function.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { testVirtual } from "./_support.ts";

// How futures, tasks, handles and loops describe themselves (K17).

testVirtual("Future describes its state", async () => {
  const loop = getRunningLoop();
  const pending = loop.createFuture<unknown>();
  const finished = loop.createFuture<unknown>();
  finished.setResult({ a: 1 });
  const failed = loop.createFuture<unknown>();
  failed.setException(new RangeError("broken"));
  const cancelled = loop.createFuture<unknown>();
  cancelled.cancel();
  const states = [pending, finished, failed, cancelled].map((future) =>
    /^<Future (\w+)/.exec(String(future))?.[1]
  );
  assertEquals(states, ["pending", "finished", "finished", "cancelled"]);
  assertMatch(String(failed), /RangeError/);
  await wait([failed]);
  failed.exception();
});

testVirtual("Task describes its state, name and coroutine", async () => {
  const work = coroutine(function* work() {
    yield* sleep(5);
  });
  const task = createTask(work(), { name: "the name" });
  await sleep(1);
  assertMatch(
    String(task),
    /^<Task pending name='the name' coro=<Coroutine work> /,
  );
  task.cancel();
  // Asked to, and not yet gone (K17).
  assertMatch(String(task), /^<Task cancelling name='the name'/);
  await wait([task]);
  assertMatch(String(task), /^<Task cancelled name='the name'/);
});

testVirtual("consoles show the description", async () => {
  const task = createTask(sleep(0), { name: "shown" });
  assertEquals(Deno.inspect(task), String(task));
  await task;
  const handle = getRunningLoop().callSoon(function later() {});
  assertEquals(Deno.inspect(handle), "<Handle later>");
  handle.cancel();
  assertEquals(String(handle), "<Handle cancelled>");
});

testVirtual(
  "results are described in few words, never more than fit a line",
  () => {
    const describe = (result: unknown) => {
      const future = getRunningLoop().createFuture<unknown>();
      future.setResult(result);
      return String(future).slice("<Future finished result=".length, -1);
    };
    assertEquals(describe(new Uint8Array(1 << 26)), "Uint8Array(67108864)");
    assertEquals(describe([new Uint8Array(2), null]), "[Uint8Array(2), null]");
    assertEquals(describe([["x"], "x"]), '[Array(1), "x"]');
    assertEquals(describe([1, 2, 3, 4, 5, 6, 7]), "[1, 2, 3, 4, 5, 6, ...]");
    assertEquals(describe("x".repeat(1000)), `"${"x".repeat(200)}..."`);
    return Promise.resolve();
  },
);
