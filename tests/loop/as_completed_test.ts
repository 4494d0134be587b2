import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { asCompleted } from "../../loop/as_completed.ts";
import { CancelledError, TimeoutError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, Task } from "../../loop/tasks.ts";
import { outcomeOf } from "../_support.ts";
import { testScripts, testVirtual } from "./_support.ts";

testVirtual(
  "asCompleted() gives the futures themselves as they end (W5)",
  async () => {
    const tasks = [sleep(3, "c"), sleep(1, "a"), sleep(2, "b")].map((source) =>
      createTask(source)
    );
    const seen: Task<string>[] = [];
    for await (const done of asCompleted(tasks)) {
      assert(done.done());
      assertEquals(getRunningLoop().time(), seen.length + 1);
      seen.push(done);
    }
    assertEquals(seen.map((task) => task.result()), ["a", "b", "c"]);
    assertStrictEquals(seen[0], tasks[1]);
  },
);

testVirtual(
  "asCompleted() gives the tasks that coroutines became (W5)",
  async () => {
    const seen: string[] = [];
    for await (
      const done of asCompleted([sleep(2, "b"), () => sleep(1, "a")])
    ) {
      assertInstanceOf(done, Task);
      seen.push(done.result());
    }
    assertEquals(seen, ["a", "b"]);
  },
);

testScripts(
  "asCompleted() as an iterable gives coroutines of the results (W5)",
  async (style) => {
    const broken = style.body(
      function* (): Generator<ReturnType<typeof sleep>, string> {
        yield sleep(2);
        throw new RangeError("broken");
      },
    );
    const sources = [sleep(3, "c"), broken, sleep(1, "a")];
    const task = createTask(style.body(function* () {
      const seen: string[] = [];
      for (const next of asCompleted(sources)) {
        try {
          seen.push(yield next);
        } catch (error) {
          seen.push(String(error));
        }
      }
      return seen;
    }));
    assertEquals(await task, ["a", "RangeError: broken", "c"]);
  },
);

testVirtual(
  "asCompleted() can be iterated by a generator, step by step (W5)",
  async () => {
    const task = createTask((function* () {
      const seen: string[] = [];
      const iterator = asCompleted([sleep(2, "b"), sleep(1, "a")])
        [Symbol.asyncIterator]();
      for (;;) {
        const step = yield* iterator.next();
        if (step.done) return seen;
        seen.push(step.value.result());
      }
    })());
    assertEquals(await task, ["a", "b"]);
  },
);

testVirtual(
  "asCompleted() keeps the order of those that end at the same time",
  async () => {
    const seen: string[] = [];
    const sources = ["a", "b", "c"].map((name) => sleep(1, name));
    for await (const done of asCompleted(sources)) seen.push(done.result());
    assertEquals(seen, ["a", "b", "c"]);
  },
);

testVirtual(
  "asCompleted() throws at its timeout, and cancels nothing (W5)",
  async () => {
    const quick = createTask(sleep(1, "quick"));
    const slow = createTask(sleep(9, "slow"));
    const seen: string[] = [];
    await assertRejects(async () => {
      for await (const done of asCompleted([slow, quick], { timeout: 5 })) {
        seen.push(done.result());
      }
    }, TimeoutError);
    assertEquals([seen, getRunningLoop().time()], [["quick"], 5]);
    assertEquals([slow.cancelling(), await slow], [0, "slow"]);
  },
);

testScripts(
  "asCompleted() gives a TimeoutError for each that is left (W5)",
  async (style) => {
    const sources = [sleep(9, "b"), sleep(1, "a"), sleep(9, "c")];
    const task = createTask(style.body(function* () {
      const seen: string[] = [];
      for (const next of asCompleted(sources, { timeout: 5 })) {
        try {
          seen.push(yield next);
        } catch (error) {
          seen.push((error as Error).name);
        }
      }
      return seen;
    }));
    assertEquals(await task, ["a", "TimeoutError", "TimeoutError"]);
  },
);

testVirtual("asCompleted() that ends in time leaves no timer", async () => {
  for await (const done of asCompleted([sleep(1)], { timeout: 60 })) {
    done.result();
  }
  await sleep(100);
  assertEquals(getRunningLoop().time(), 101);
});

testVirtual("asCompleted() of nothing ends at once", async () => {
  for await (const _ of asCompleted([])) throw new Error("Nothing to give");
  assertEquals([...asCompleted([], { timeout: 1 })], []);
});

testVirtual("asCompleted() counts duplicates once (W5)", async () => {
  const task = createTask(sleep(1));
  let count = 0;
  for await (const done of asCompleted([task, task])) {
    assertStrictEquals(done, task);
    count++;
  }
  assertEquals(count, 1);
});

testVirtual(
  "asCompleted() goes on without those who stop iterating",
  async () => {
    const tasks = [createTask(sleep(1, "a")), createTask(sleep(2, "b"))];
    for await (const _ of asCompleted(tasks)) break;
    assertEquals(getRunningLoop().time(), 1);
    assertEquals(await tasks[1], "b");
  },
);

testScripts(
  "asCompleted() whose wait is cancelled gives the result to the next (W5)",
  async (style) => {
    const sources = [sleep(5, "a"), sleep(6, "b")];
    const waits = [...asCompleted(sources)];
    const first = createTask(style.body(function* () {
      return yield waits[0]!;
    }));
    const second = createTask(style.body(function* () {
      return yield waits[1]!;
    }));
    await sleep(1);
    first.cancel();
    await assertRejects(async () => await first, CancelledError);
    assertEquals([await second, outcomeOf(first)], ["a", "cancelled"]);
  },
);

testVirtual("asCompleted() refuses what is no list of awaitables", async () => {
  const coroutine = sleep(0);
  const future = getRunningLoop().createFuture<void>();
  for (const value of [coroutine, future, 5, null, undefined]) {
    assertThrows(
      () => asCompleted(value as never),
      TypeError,
      "Cannot iterate: expected a list of awaitables",
    );
  }
  assertThrows(
    () => asCompleted([Promise.resolve()] as never),
    TypeError,
    "received a started promise",
  );
  await coroutine;
});
