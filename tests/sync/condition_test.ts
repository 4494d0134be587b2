import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type CancelledError,
  RuntimeError,
  TimeoutError,
} from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { Condition } from "../../sync/condition.ts";
import { Lock } from "../../sync/lock.ts";
import {
  iterations,
  outcomeOf,
  type Style,
  testInBothStyles,
  virtual,
} from "../_support.ts";
import { counted } from "./_wait_contract.ts";

/** Starts tasks that wait for the condition and log their names. */
async function queueUp(
  condition: Condition,
  style: Style,
  names: string,
): Promise<{ tasks: Task<unknown>[]; log: string[] }> {
  const log: string[] = [];
  const tasks: Task<unknown>[] = [];
  for (const name of names) {
    const body = style.body(() => condition.wait(), () => log.push(name));
    tasks.push(createTask(style.body(() => condition.with(body)), { name }));
  }
  await iterations(2);
  assertEquals(counted(condition, "waiters"), names.length);
  return { tasks, log };
}

testInBothStyles(
  "Condition.notify() wakes waiters in FIFO order",
  async (style) => {
    const condition = new Condition();
    const { tasks, log } = await queueUp(condition, style, "abcd");
    await condition.acquire();
    condition.notify();
    condition.notify(2);
    await iterations(3);
    assertEquals(log, [], "they wait for the lock");
    condition.release();
    await iterations(6);
    assertEquals(log, ["a", "b", "c"]);
    assertEquals(tasks.map(outcomeOf).at(-1), "pending");
    await condition.with(async () => condition.notifyAll());
    await tasks[3];
    assertEquals(log, ["a", "b", "c", "d"]);
    assertEquals(`${condition}`, "<Condition [unlocked]>");
  },
);

testInBothStyles(
  "Condition.wait() leaves other waiters alone when one is cancelled",
  async (style) => {
    const condition = new Condition();
    const { tasks, log } = await queueUp(condition, style, "abc");
    tasks[1]!.cancel();
    await iterations(3);
    assertEquals(outcomeOf(tasks[1]!), "cancelled");
    // The cancelled one hands a notification on that it might have had (LK4).
    await iterations(3);
    assertEquals(log, ["a"]);
    await condition.with(async () => condition.notify());
    await tasks[2];
    assertEquals(log, ["a", "c"]);
    assertEquals(condition.locked(), false);
  },
);

testInBothStyles(
  "Condition.wait() hands the notification on when it is cancelled (LK4)",
  async (style) => {
    const condition = new Condition();
    const { tasks, log } = await queueUp(condition, style, "ab");
    await condition.acquire();
    condition.notify();
    tasks[0]!.cancel();
    condition.release();
    await iterations(6);
    assertEquals(tasks.map(outcomeOf), ["cancelled", "finished"]);
    assertEquals(log, ["b"]);
    assertEquals(condition.locked(), false);
  },
);

testInBothStyles(
  "Condition.wait() has the lock again when it times out",
  async (style) => {
    const condition = new Condition();
    const waiter = createTask(style.body(() =>
      condition.with(async () => {
        await assertRejects(
          () => timeout(1, style.body(() => condition.wait())),
          TimeoutError,
        );
        assertEquals(condition.locked(), true);
        return getRunningLoop().time();
      })
    ));
    await iterations(2);
    await condition.with(() => sleep(3));
    assertEquals(await waiter, 3);
    assertEquals(`${condition}`, "<Condition [unlocked]>");
  },
);

testInBothStyles(
  "Condition.wait() keeps to the lock however often it is cancelled (LK4)",
  async (style) => {
    const condition = new Condition();
    const errors: unknown[] = [];
    const waiter = createTask(style.body(() =>
      condition.with(async () => {
        await condition.wait().catch((error) => errors.push(error));
        assertEquals(condition.locked(), true);
      })
    ));
    await iterations(2);
    await condition.acquire();
    for (const message of ["first", "second", "third"]) {
      waiter.cancel(message);
      await iterations(2);
      assertEquals(outcomeOf(waiter), "pending");
    }
    condition.release();
    await waiter;
    assertEquals(errors.length, 1);
    assertEquals((errors[0] as CancelledError).message, "third");
    assertEquals(condition.locked(), false);
  },
);

testInBothStyles("Condition.waitFor() returns what was true", async (style) => {
  const condition = new Condition();
  const orders: string[] = [];
  const waiter = createTask(
    style.body(() =>
      condition.with(style.body(() => condition.waitFor(() => orders.at(-1))))
    ),
  );
  await iterations(2);
  await condition.with(async () => condition.notify());
  await iterations(3);
  assertEquals(outcomeOf(waiter), "pending");
  orders.push("tea");
  await condition.with(async () => condition.notify());
  assertEquals(await waiter, "tea");
});

Deno.test("Condition.waitFor() needs no lock if the predicate is true at once", () =>
  virtual(async () => {
    const condition = new Condition();
    assertEquals(await condition.waitFor(() => 7), 7);
    await assertRejects(() => condition.waitFor(() => 0), RuntimeError);
  }));

Deno.test("Condition.waitFor() refuses an async predicate", () =>
  virtual(async () => {
    const condition = new Condition();
    await assertRejects(
      () => condition.with(() => condition.waitFor(async () => false)),
      TypeError,
      "Cannot wait for predicate: it returned a promise, expected a value",
    );
    assertEquals(condition.locked(), false);
  }));

Deno.test("Condition.waitFor() passes an error of the predicate on", () =>
  virtual(async () => {
    const condition = new Condition();
    const fails = () => {
      throw new SyntaxError("predicate");
    };
    await assertRejects(
      () => condition.with(() => condition.waitFor(fails)),
      SyntaxError,
    );
    assertEquals(condition.locked(), false);
  }));

Deno.test("Condition throws when the lock is not acquired (LK4)", () =>
  virtual(async () => {
    const condition = new Condition();
    await assertRejects(
      () => condition.wait(),
      RuntimeError,
      "Cannot wait on condition: lock is not acquired",
    );
    for (
      const notify of [() => condition.notify(), () => condition.notifyAll()]
    ) {
      assertThrows(
        notify,
        RuntimeError,
        "Cannot notify condition: lock is not acquired",
      );
    }
    assertThrows(() => condition.release(), RuntimeError);
  }));

Deno.test("Condition.acquire() gives a guard that outlives a wait", () =>
  virtual(async () => {
    const condition = new Condition();
    const waiter = createTask(async () => {
      using _ = await condition.acquire();
      await condition.wait();
      assertEquals(condition.locked(), true);
    });
    await iterations(1);
    assertEquals(condition.locked(), false);
    {
      using _ = await condition.acquire();
      condition.notify();
    }
    await waiter;
    assertEquals(condition.locked(), false);
  }));

Deno.test("Condition shares a lock with others", () =>
  virtual(async () => {
    const lock = new Lock();
    const notEmpty = new Condition(lock);
    const notFull = new Condition(lock);
    const waiter = createTask(notEmpty.with(() => notEmpty.wait()));
    await iterations(1);
    await notFull.with(async () => {
      assertEquals(lock.locked(), true);
      notFull.notify();
      notEmpty.notify();
    });
    assertEquals(await waiter, true);
    assertEquals(lock.locked(), false);
  }));

Deno.test("Condition refuses wrong arguments", () => {
  assertThrows(
    () => new Condition({} as Lock),
    TypeError,
    "Cannot create condition: lock must be a Lock",
  );
  assertThrows(
    () => new Condition().notify(1.5),
    TypeError,
    "Cannot notify condition: count must be a whole number, received 1.5",
  );
});

Deno.test("Condition bound to one loop refuses to wait on another (LK1)", async () => {
  const condition = new Condition();
  const waitOnce = () =>
    virtual(async () => {
      const waiter = createTask(condition.with(() => condition.wait()));
      await iterations(1);
      await condition.with(async () => condition.notify());
      await waiter;
    });
  await waitOnce();
  await assertRejects(
    () => virtual(() => condition.with(() => condition.wait())),
    RuntimeError,
    "Cannot wait on <Condition [locked]>: it is bound to a different event loop",
  );
  assertEquals(condition.locked(), false);
});
