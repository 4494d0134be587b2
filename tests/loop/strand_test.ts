import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { delay } from "@std/async";
import { coroutine } from "../../loop/coroutine_function.ts";
import { CancelledError } from "../../loop/errors.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { Lock } from "../../sync/lock.ts";
import { Queue } from "../../queues/queue.ts";
import { iterations, outcomeOf } from "../_support.ts";
import { testVirtual } from "./_support.ts";

// Native code can stand in several waits at once: `Promise.all` in one task.

testVirtual(
  "Promise.all() waits for several operations in one task",
  async () => {
    const queue = new Queue<string>();
    const task = createTask(() =>
      Promise.all([
        queue.get(),
        sleep(2, "slept"),
        createTask(sleep(1, "task")),
      ])
    );
    await sleep(1);
    queue.putNowait("item");
    assertEquals(await task, ["item", "slept", "task"]);
    assertEquals(getRunningLoop().time(), 2);
  },
);

testVirtual("Task.cancel() cancels all waits of the task", async () => {
  const queue = new Queue<string>();
  const lock = new Lock();
  await lock.acquire();
  const future = getRunningLoop().createFuture<void>();
  const task = createTask(() =>
    Promise.all([queue.get(), sleep(60), lock.acquire(), future])
  );
  await sleep(1);
  task.cancel("all");
  await assertRejects(async () => await task, CancelledError, "all");
  assert(future.cancelled());
  // Nothing is left that would swallow an item or the lock, or a timer.
  queue.putNowait("kept");
  lock.release();
  await iterations(3);
  assertEquals([queue.qsize(), lock.locked()], [1, false]);
  assertEquals(getRunningLoop().time(), 1);
});

testVirtual(
  "Task.cancel() reaches the innermost wait of every strand",
  async () => {
    const log: string[] = [];
    const helper = async (name: string) => {
      try {
        await sleep(60);
      } finally {
        log.push(`${name} cleans up`);
        await sleep(1);
        log.push(`${name} is clean`);
      }
    };
    const generator = coroutine(function* (name: string) {
      try {
        yield* sleep(60);
      } finally {
        log.push(`${name} cleans up`);
      }
    });
    const task = createTask(() =>
      Promise.allSettled([helper("a"), generator("b"), helper("c")])
    );
    await sleep(1);
    task.cancel();
    const outcomes = await task;
    assertEquals(
      outcomes.map(({ status }) => status),
      Array(3).fill("rejected"),
    );
    // Promise.allSettled() calls then() of what is no native promise later, so
    // the wait of b began last.
    assertEquals(log, [
      "a cleans up",
      "c cleans up",
      "b cleans up",
      "a is clean",
      "c is clean",
    ]);
    assertEquals(task.cancelling(), 1);
  },
);

testVirtual("strands go on in the order in which their waits end", async () => {
  const log: string[] = [];
  const strand = async (name: string, delay: number) => {
    await sleep(delay);
    log.push(name);
    await sleep(0);
    log.push(`${name} again`);
  };
  await createTask(() =>
    Promise.all([strand("a", 1), strand("b", 1), strand("c", 2)])
  );
  assertEquals(log, ["a", "b", "a again", "b again", "c", "c again"]);
});

testVirtual("all strands of a task know their task", async () => {
  const names: (string | undefined)[] = [];
  const strand = async () => {
    await sleep(1);
    names.push(currentTask()?.getName());
  };
  await createTask(() => Promise.all([strand(), strand()]), { name: "t" });
  assertEquals(names, ["t", "t"]);
});

testVirtual("two strands may wait for the same future", async () => {
  const future = getRunningLoop().createFuture<number>();
  getRunningLoop().callLater(1, () => future.setResult(1));
  assertEquals(await Promise.all([future, future]), [1, 1]);
});

testVirtual("Promise.race() leaves the loser waiting", async () => {
  // Inherent to promises; timeout() and wait() are the remedy.
  const queue = new Queue<string>();
  const winner = await Promise.race([queue.get(), sleep(1, "timer")]);
  assertEquals(winner, "timer");
  queue.putNowait("swallowed");
  await iterations(3);
  assertEquals(queue.qsize(), 0);
});

testVirtual("a failing Promise.all() leaves its siblings running", async () => {
  const log: string[] = [];
  const sibling = async () => {
    await sleep(5);
    log.push("sibling");
  };
  const broken = async () => {
    await sleep(1);
    throw new RangeError("broken");
  };
  const task = createTask(async () => {
    await assertRejects(() => Promise.all([broken(), sibling()]), RangeError);
    log.push(`failed at ${getRunningLoop().time()}`);
    await sleep(10);
  });
  await task;
  assertEquals(log, ["failed at 1", "sibling"]);
});

testVirtual(
  "a strand that outlives its task runs on outside any task",
  async () => {
    const log: string[] = [];
    const strand = async () => {
      await sleep(2);
      log.push(`${currentTask()}`);
      await sleep(1);
      log.push(`still there at ${getRunningLoop().time()}`);
    };
    const task = createTask(async () => {
      strand();
      await sleep(1);
    });
    await task;
    assertEquals(task.cancel(), false);
    await sleep(9);
    assertEquals(log, ["null", "still there at 3"]);
  },
);

Deno.test("a promise that is awaited late may be cancelled meanwhile", async () => {
  // It rejects while nobody awaits it: during a run that is not fatal.
  const log: string[] = [];
  const main = async () => {
    const helper = async () => {
      try {
        await sleep(60);
      } catch (error) {
        log.push("helper");
        throw error;
      }
    };
    const task = createTask(async () => {
      const started = helper();
      try {
        await sleep(50);
      } catch {
        await sleep(0.005);
        await started;
      }
    });
    await sleep(0);
    task.cancel();
    await wait([task]);
    return outcomeOf(task);
  };
  assertEquals(await run(main), "cancelled");
  assertEquals(log, ["helper"]);
  await delay(1);
});

Deno.test("a promise that is awaited late may be cancelled when run() ends (R2)", async () => {
  const log: string[] = [];
  const main = async () => {
    const helper = async () => {
      try {
        await sleep(60);
      } finally {
        log.push("helper");
      }
    };
    createTask(async () => {
      const started = helper();
      await sleep(50);
      await started;
    });
    await sleep(0.001);
  };
  await run(main);
  // Deno would report the rejection, and end the process, by now.
  await delay(1);
  assertEquals(log, ["helper"]);
});

testVirtual(
  "cancelling a task with a strand adrift cancels the other strands",
  async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const log: string[] = [];
    const adrift = async () => {
      await promise;
      log.push("adrift came back");
    };
    const task = createTask(() => Promise.all([adrift(), sleep(60)]));
    await sleep(1);
    task.cancel();
    await wait([task]);
    assertEquals(outcomeOf(task), "cancelled");
    resolve();
    await sleep(1);
    assertEquals(log, ["adrift came back"]);
  },
);

testVirtual("a strand can cancel its own task", async () => {
  const log: string[] = [];
  const canceller = async () => {
    await sleep(1);
    currentTask()!.cancel("from a strand");
    log.push("goes on");
  };
  const task = createTask(() => Promise.all([sleep(60), canceller()]));
  await assertRejects(async () => await task, CancelledError, "from a strand");
  assertEquals(log, ["goes on"]);
  assertEquals(getRunningLoop().time(), 1);
});

testVirtual(
  "a generator operation runs beside other strands of an async function",
  async () => {
    const task = currentTask();
    const seen: unknown[] = [];
    const work = coroutine(function* (delay: number) {
      seen.push(currentTask() === task);
      yield* sleep(delay);
      seen.push(currentTask() === task);
      return delay;
    });
    assertEquals(await Promise.all([work(2), work(1), work(0)]), [2, 1, 0]);
    assertEquals(seen, Array(6).fill(true));
  },
);

testVirtual(
  "an async function called in a later step of a generator keeps its task",
  async () => {
    const names: (string | undefined)[] = [];
    const native = async () => {
      await Promise.resolve();
      names.push(currentTask()?.getName());
      await sleep(1);
      names.push(currentTask()?.getName());
    };
    const call = coroutine(native);
    const task = createTask(
      (function* () {
        yield* sleep(1);
        yield* call();
        yield* createTask(native, { name: "child" });
      })(),
      { name: "t" },
    );
    await task;
    assertEquals(names, ["t", "t", "child", "child"]);
  },
);

testVirtual(
  "a promise started by a generator and not awaited is in its task",
  async () => {
    let started: Promise<string | undefined> | undefined;
    const task = createTask(
      (function* () {
        yield* sleep(1);
        started = (async () => {
          await sleep(1);
          return currentTask()?.getName();
        })();
        yield* sleep(5);
      })(),
      { name: "t" },
    );
    await task;
    assertStrictEquals(await started, "t");
  },
);
