import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RuntimeError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { Lock } from "../../sync/lock.ts";
import {
  iterations,
  outcomeOf,
  testInBothStyles,
  virtual,
} from "../_support.ts";
import { counted, testWait } from "./_wait_contract.ts";

testWait({
  name: "Lock.acquire()",
  async make() {
    const lock = new Lock();
    await lock.acquire();
    return {
      wait: () => lock.acquire(),
      wake: () => lock.release(),
      waiting: () => counted(lock, "waiters"),
    };
  },
});

Deno.test("Lock.release() throws when the lock is not acquired (LK2)", () => {
  assertThrows(
    () => new Lock().release(),
    RuntimeError,
    "Cannot release lock: lock is not acquired",
  );
});

Deno.test("Lock.acquire() works outside any task", async () => {
  const lock = new Lock();
  {
    using _ = await lock.acquire();
    assertEquals(lock.locked(), true);
  }
  assertEquals(lock.locked(), false);
});

Deno.test("Lock.acquire() does not overtake a waiter that was woken (LK2)", () =>
  virtual(async () => {
    const lock = new Lock();
    await lock.acquire();
    const log: string[] = [];
    const acquire = async (name: string) => {
      using _ = await lock.acquire();
      log.push(name);
    };
    const early = createTask(() => acquire("early"));
    await iterations(1);
    lock.release();
    const late = createTask(() => acquire("late"));
    assertEquals(lock.locked(), false);
    await early;
    await late;
    assertEquals(log, ["early", "late"]);
  }));

Deno.test("Lock.acquire() takes a free lock all of whose waiters are cancelled (LK2)", () =>
  virtual(async () => {
    const lock = new Lock();
    await lock.acquire();
    const waiter = createTask(lock.acquire());
    await iterations(1);
    waiter.cancel();
    lock.release();
    assertEquals(counted(lock, "waiters"), 1);
    await lock.acquire();
    assertEquals(counted(lock, "waiters"), 1);
    await iterations(1);
    assertEquals(outcomeOf(waiter), "cancelled");
    assertEquals(lock.locked(), true);
  }));

testInBothStyles(
  "Lock.release() leaves it to a cancelled waiter to wake the next (LK2)",
  async (style) => {
    const lock = new Lock();
    await lock.acquire();
    const log: string[] = [];
    const [first] = ["a", "b"].map((name) =>
      createTask(style.body(() => lock.acquire(), () => log.push(name)))
    );
    await iterations(1);
    first!.cancel();
    lock.release();
    getRunningLoop().callSoon(() => log.push("callback"));
    await iterations(3);
    assertEquals(log, ["callback", "b"]);
  },
);

testInBothStyles(
  "Lock.with() holds the lock while the body runs",
  async (style) => {
    const lock = new Lock();
    const log: string[] = [];
    const section = (name: string) =>
      style.body(() =>
        lock.with(style.body(() => {
          log.push(`${name} ${lock}`);
          return sleep(1);
        }))
      );
    const tasks = [createTask(section("a")), createTask(section("b"))];
    for (const task of tasks) await task;
    assertEquals(log, [
      "a <Lock [locked]>",
      "b <Lock [locked]>",
    ]);
    assertEquals(lock.locked(), false);
  },
);

Deno.test("Lock.with() releases when the body throws, and returns its value", () =>
  virtual(async () => {
    const lock = new Lock();
    await assertRejects(
      () => lock.with(() => Promise.reject(new RangeError("body"))),
      RangeError,
      "body",
    );
    assertEquals(lock.locked(), false);
    assertEquals(await lock.with(async () => await sleep(1, "value")), "value");
    assertEquals(lock.locked(), false);
  }));

Deno.test("Lock.with() releases when the body is cancelled", () =>
  virtual(async () => {
    const lock = new Lock();
    const task = createTask(lock.with(() => sleep(10)));
    await sleep(1);
    task.cancel();
    await iterations(2);
    assertEquals(outcomeOf(task), "cancelled");
    assertEquals(lock.locked(), false);
  }));

Deno.test("Lock guard releases at most once", () =>
  virtual(async () => {
    const lock = new Lock();
    const guard = await lock.acquire();
    guard[Symbol.dispose]();
    assertEquals(lock.locked(), false);
    guard[Symbol.dispose]();
    await lock.acquire();
    guard[Symbol.dispose]();
    assertEquals(lock.locked(), true);
  }));

Deno.test("Lock guard is spent when its hold was ended by release()", () =>
  virtual(async () => {
    const lock = new Lock();
    {
      using _ = await lock.acquire();
      lock.release();
      await lock.acquire();
    }
    assertEquals(lock.locked(), true);
  }));

Deno.test("Lock guard releases at the end of a generator's block", () =>
  virtual(async () => {
    const lock = new Lock();
    await createTask(function* () {
      using _ = yield* lock.acquire();
      assert(lock.locked());
      yield* sleep(1);
    });
    assertEquals(lock.locked(), false);
  }));

Deno.test("Lock bound to one loop refuses to wait on another (LK1)", async () => {
  const lock = new Lock();
  const contend = () =>
    virtual(async () => {
      await lock.acquire();
      const waiter = createTask(lock.acquire());
      await iterations(1);
      lock.release();
      using _ = await waiter;
    });
  await contend();
  await assertRejects(
    contend,
    RuntimeError,
    "Cannot wait on <Lock [locked]>: it is bound to a different event loop",
  );
});

Deno.test("Lock describes itself", () =>
  virtual(async () => {
    const lock = new Lock();
    assertEquals(`${lock}`, "<Lock [unlocked]>");
    await lock.acquire();
    const waiter = createTask(lock.acquire());
    await iterations(1);
    assertEquals(`${lock}`, "<Lock [locked, waiters:1]>");
    lock.release();
    await waiter;
  }));
