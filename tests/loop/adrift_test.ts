import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { coroutine } from "../../loop/coroutine_function.ts";
import { CancelledError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { Queue } from "../../queues/queue.ts";
import { outcomeOf } from "../_support.ts";
import { testMixedScripts, testScripts, testVirtual } from "./_support.ts";

// A foreign promise cannot be interrupted: the request waits for the next wait
// of the library, even for one that would not suspend (rule 7 of the notes).

testVirtual(
  "a task adrift in a promise is cancelled at its next wait",
  async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const log: string[] = [];
    const task = createTask(async () => {
      await promise;
      log.push("resumed");
      try {
        await sleep(60);
      } catch (error) {
        log.push(String(error));
      }
      await sleep(1);
      log.push("once only");
    });
    await sleep(1);
    assert(task.cancel("adrift"));
    await sleep(1);
    assertEquals([log, task.cancelling()], [[], 1]);
    resolve();
    await task;
    assertEquals(log, ["resumed", "CancelledError: adrift", "once only"]);
  },
);

for (const kind of ["done future", "finished task", "coroutine", "queue"]) {
  testVirtual(
    `a task adrift is cancelled even at a wait that is over (${kind})`,
    async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const done = getRunningLoop().createFuture<void>();
      done.setResult();
      const finished = createTask(async () => {});
      const queue = new Queue<number>();
      queue.putNowait(1);
      const nothing = coroutine(function* () {});
      const waits: Record<string, () => PromiseLike<unknown>> = {
        "done future": () => done,
        "finished task": () => finished,
        "coroutine": () => nothing(),
        "queue": () => queue.get(),
      };
      const task = createTask(async () => {
        await promise;
        await waits[kind]!();
      });
      await sleep(1);
      task.cancel();
      resolve();
      await assertRejects(async () => await task, CancelledError);
      assertEquals(queue.qsize(), 1);
    },
  );
}

testVirtual(
  "a task adrift that ends without another wait ends cancelled (K8)",
  async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const task = createTask(async () => await promise);
    await sleep(1);
    task.cancel("adrift");
    resolve("lost");
    await assertRejects(async () => await task, CancelledError, "adrift");
  },
);

testVirtual(
  "a task adrift that fails without another wait ends failed (K8)",
  async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    const task = createTask(async () => await promise);
    await sleep(1);
    task.cancel("adrift");
    reject(new RangeError("stronger"));
    await assertRejects(async () => await task, RangeError, "stronger");
  },
);

testVirtual("a request to a task adrift can be taken back (K11)", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const task = createTask(async () => {
    await promise;
    return await sleep(1, "went on");
  });
  await sleep(1);
  task.cancel();
  task.uncancel();
  resolve();
  assertEquals(await task, "went on");
});

testMixedScripts(
  "a child adrift holds its parent until it comes back",
  async (outer) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const child = createTask(async () => {
      await promise;
      await sleep(60);
    });
    const task = createTask(outer.body(function* () {
      yield child;
    }));
    await sleep(1);
    task.cancel();
    await sleep(1);
    assertEquals([outcomeOf(task), outcomeOf(child)], ["pending", "pending"]);
    resolve();
    await wait([task]);
    assertEquals([outcomeOf(task), outcomeOf(child)], [
      "cancelled",
      "cancelled",
    ]);
  },
);

testVirtual(
  "Task.signal aborts with the CancelledError when the task is cancelled",
  async () => {
    const seen: unknown[] = [];
    const task = createTask(async () => {
      const { signal } = currentTask()!;
      assertFalse(signal.aborted);
      const { promise, reject } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => reject(signal.reason));
      try {
        await promise;
      } catch (error) {
        seen.push(error);
        throw error;
      }
    });
    await sleep(1);
    task.cancel("stop fetching");
    await assertRejects(
      async () => await task,
      CancelledError,
      "stop fetching",
    );
    assert(task.cancelled());
    assertInstanceOf(seen[0], CancelledError);
  },
);

testScripts(
  "Task.signal is aborted already when it is asked for too late",
  async (style) => {
    const task = createTask(style.body(function* () {
      try {
        return yield sleep(60);
      } catch {
        return currentTask()!.signal;
      }
    }));
    await sleep(1);
    task.cancel("before");
    const signal = await task;
    assert(signal!.aborted);
    assertInstanceOf(signal!.reason, CancelledError);
    assertStrictEquals(task.signal, signal);
  },
);

testVirtual(
  "Task.signal of a task that ends by itself is never aborted",
  async () => {
    const task = createTask(sleep(1));
    const { signal } = task;
    await task;
    task.cancel();
    assertFalse(signal.aborted);
  },
);
