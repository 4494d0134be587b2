import { assertEquals, assertRejects } from "@std/assert";
import { wrapFuture } from "../../loop/ensure_future.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { wait } from "../../loop/wait.ts";
import { outcomeOf } from "../_support.ts";
import { testVirtual } from "./_support.ts";

/** Something with a `then` method, as query builders are: no native promise. */
function thenable(
  then: (resolve: (value: string) => void) => void,
): PromiseLike<string> {
  // deno-lint-ignore no-explicit-any
  return { then } as any;
}

// A body may return a promise of somebody else's making.

testVirtual(
  "a body may return a thenable that calls back at once",
  async () => {
    const immediate = () => thenable((resolve) => resolve("at once"));
    assertEquals(await createTask(immediate), "at once");
    assertEquals(await timeout(1, immediate), "at once");
    assertEquals(await wrapFuture(immediate()), "at once");
  },
);

testVirtual("a body may return a thenable that calls back twice", async () => {
  const twice = () =>
    thenable((resolve) => {
      resolve("first");
      queueMicrotask(() => resolve("second"));
    });
  const task = createTask(function* () {
    const value = yield* wrapFuture(twice());
    yield* sleep(1);
    return value;
  });
  assertEquals([await task, await createTask(twice)], ["first", "first"]);
  await sleep(1);
});

testVirtual("a body may return a thenable whose then() throws", async () => {
  const broken = () =>
    thenable(() => {
      throw new RangeError("no then");
    });
  const task = createTask(broken);
  await wait([task]);
  assertEquals(outcomeOf(task), "RangeError");
  await assertRejects(async () => await wrapFuture(broken()), RangeError);
});

testVirtual(
  "an async generator waits in the task that iterates over it",
  async () => {
    const names: (string | undefined)[] = [];
    const numbers = async function* () {
      for (let i = 0;; i++) {
        await sleep(1);
        names.push(currentTask()?.getName());
        yield i;
      }
    };
    const iterator = numbers();
    for (const name of ["a", "b", "a"]) {
      await createTask(async () => await iterator.next(), { name });
    }
    assertEquals(names, ["a", "b", "a"]);
  },
);

testVirtual(
  "an async generator is closed when its loop is cancelled",
  async () => {
    const log: string[] = [];
    const numbers = async function* () {
      try {
        for (let i = 0;; i++) {
          await sleep(1);
          yield i;
        }
      } finally {
        await sleep(1);
        log.push("closed");
      }
    };
    const task = createTask(async () => {
      for await (const i of numbers()) log.push(`${i}`);
    });
    await sleep(2.5);
    task.cancel();
    await wait([task]);
    assertEquals([log, outcomeOf(task)], [["0", "1", "closed"], "cancelled"]);
  },
);
