import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { CancelledError } from "../../loop/errors.ts";
import type { Future } from "../../loop/futures.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import {
  ALL_COMPLETED,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  wait,
  type WaitResult,
} from "../../loop/wait.ts";
import { outcomeOf } from "../_support.ts";
import { testScripts, testVirtual } from "./_support.ts";

function after(delay: number, name: string): Task<string> {
  return createTask(sleep(delay, name), { name });
}

function failingAfter(delay: number, name: string): Task<string> {
  return createTask(async () => {
    await sleep(delay);
    throw new RangeError(name);
  }, { name });
}

/** The names of the tasks in each of the two sets. */
function names({ done, pending }: WaitResult<Task<string>>): string[][] {
  return [done, pending].map((set) => [...set].map((task) => task.getName()));
}

testScripts("wait() returns when all are done (W1)", async (style) => {
  const futures = [after(2, "a"), after(1, "b")];
  const task = createTask(style.body(function* () {
    return yield wait(futures);
  }));
  assertEquals(names(await task), [["a", "b"], []]);
  assertEquals(getRunningLoop().time(), 2);
});

testScripts(
  "wait() does not throw the errors of the futures (W1)",
  async (style) => {
    const futures = [failingAfter(1, "broken"), after(2, "fine")];
    const task = createTask(style.body(function* () {
      return yield wait(futures, { returnWhen: ALL_COMPLETED });
    }));
    assertEquals(names(await task), [["broken", "fine"], []]);
    assertEquals(futures.map(outcomeOf), ["RangeError", "finished"]);
  },
);

testScripts(
  "wait() returns at its timeout, and cancels nothing (W1)",
  async (style) => {
    const futures = [after(1, "quick"), after(9, "slow")];
    const task = createTask(style.body(function* () {
      return yield wait(futures, { timeout: 2 });
    }));
    assertEquals(names(await task), [["quick"], ["slow"]]);
    assertEquals(getRunningLoop().time(), 2);
    assertEquals([futures[1]!.cancelling(), await futures[1]], [0, "slow"]);
  },
);

testVirtual("wait() with timeout 0 looks once", async () => {
  const done = createTask(async () => "done", { name: "done" });
  await done;
  const slow = after(5, "slow");
  assertEquals(names(await wait([done, slow], { timeout: 0 })), [["done"], [
    "slow",
  ]]);
  assertEquals(getRunningLoop().time(), 0);
});

testScripts(
  "wait() for the first returns all that are done by then (W2)",
  async (style) => {
    const futures = [after(1, "a"), after(1, "b"), after(2, "c")];
    const task = createTask(style.body(function* () {
      return yield wait(futures, { returnWhen: FIRST_COMPLETED });
    }));
    assertEquals(names(await task), [["a", "b"], ["c"]]);
    assertEquals(getRunningLoop().time(), 1);
  },
);

testVirtual("wait() for the first error returns at an error (W2)", async () => {
  const futures = [after(1, "a"), failingAfter(2, "b"), after(3, "c")];
  const result = await wait(futures, { returnWhen: FIRST_EXCEPTION });
  assertEquals(names(result), [["a", "b"], ["c"]]);
  futures[1]!.exception();
});

testVirtual(
  "wait() for the first error passes over cancelled futures (W2)",
  async () => {
    const futures = [after(60, "a"), after(3, "b")];
    getRunningLoop().callLater(1, () => futures[0]!.cancel());
    const result = await wait(futures, { returnWhen: FIRST_EXCEPTION });
    assertEquals(names(result), [["a", "b"], []]);
    assertEquals(getRunningLoop().time(), 3);
  },
);

testVirtual("wait() for the first counts a cancelled future (W2)", async () => {
  const futures = [after(60, "a"), after(3, "b")];
  getRunningLoop().callLater(1, () => futures[0]!.cancel());
  const result = await wait(futures, { returnWhen: FIRST_COMPLETED });
  assertEquals(names(result), [["a"], ["b"]]);
});

testScripts(
  "wait() that is cancelled cancels none of the futures (W1)",
  async (style) => {
    const futures = [after(5, "a"), after(6, "b")];
    const task = createTask(style.body(function* () {
      yield wait(futures, { timeout: 60 });
    }));
    await sleep(1);
    task.cancel("waiter only");
    await assertRejects(async () => await task, CancelledError, "waiter only");
    assertEquals(futures.map(outcomeOf), ["pending", "pending"]);
    assertEquals(await futures[1], "b");
    // No timer is left where the clock would stop.
    assertEquals(getRunningLoop().time(), 6);
  },
);

testVirtual("wait() returns although all were done before", async () => {
  const futures = [after(0, "a"), after(0, "b")];
  await sleep(1);
  assertEquals(names(await wait(futures)), [["a", "b"], []]);
});

testVirtual(
  "wait() takes any iterable, and counts duplicates once (W1)",
  async () => {
    const a = after(1, "a");
    const b = after(1, "b");
    assertEquals(names(await wait(new Set([a, b]))), [["a", "b"], []]);
    assertEquals(names(await wait([b, a, b, a])), [["b", "a"], []]);
    const some = function* () {
      yield a;
      yield b;
    };
    assertEquals(names(await wait(some())), [["a", "b"], []]);
  },
);

testVirtual("wait() leaves no callback behind", async () => {
  const future = getRunningLoop().createFuture<void>();
  for (let i = 0; i < 3; i++) {
    const { pending } = await wait([future], { timeout: 1 });
    assert(pending.has(future));
  }
  let calls = 0;
  future.addDoneCallback(() => calls++);
  future.setResult();
  await sleep(0);
  assertEquals(calls, 1);
});

Deno.test("wait() of nothing is refused (W1)", () => {
  assertThrows(() => wait([]), RangeError, "Cannot wait: no futures given");
});

testVirtual(
  "wait() of coroutines or of one future is refused (W1)",
  async () => {
    const coroutine = sleep(1);
    const message = "expected futures, use createTask() for coroutines";
    const wrong = (value: unknown) => value as Future<void>[];
    assertThrows(() => wait(wrong([coroutine])), TypeError, message);
    assertThrows(() => wait(wrong([Promise.resolve()])), TypeError, message);
    const future = getRunningLoop().createFuture<void>();
    for (const value of [future, coroutine, 5, null, undefined]) {
      assertThrows(
        () => wait(wrong(value)),
        TypeError,
        "Cannot wait: expected a list of futures",
      );
    }
    await coroutine;
  },
);

testVirtual("wait() refuses to return at something unknown", async () => {
  const future = getRunningLoop().createFuture<void>();
  assertThrows(
    () => wait([future], { returnWhen: "SOMETIMES" as never }),
    RangeError,
    'Cannot wait: unknown returnWhen "SOMETIMES"',
  );
  assertFalse(future.done());
  await sleep(0);
});
