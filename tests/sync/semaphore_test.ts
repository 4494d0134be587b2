import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RuntimeError } from "../../loop/errors.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { BoundedSemaphore, Semaphore } from "../../sync/semaphore.ts";
import {
  iterations,
  outcomeOf,
  testInBothStyles,
  virtual,
} from "../_support.ts";
import { counted, testWait } from "./_wait_contract.ts";

for (const Kind of [Semaphore, BoundedSemaphore]) {
  testWait({
    name: `${Kind.name}.acquire()`,
    async make() {
      const semaphore = new Kind(1);
      await semaphore.acquire();
      return {
        wait: () => semaphore.acquire(),
        wake: () => semaphore.release(),
        waiting: () => counted(semaphore, "waiters"),
      };
    },
  });

  Deno.test(`${Kind.name} refuses a wrong value (LK5)`, () => {
    assertThrows(
      () => new Kind(-1),
      RangeError,
      "Cannot create semaphore: value must be at least 0, received -1",
    );
    assertThrows(
      () => new Kind(1.5),
      TypeError,
      "Cannot create semaphore: value must be a whole number, received 1.5",
    );
    assertThrows(() => new Kind("2" as unknown as number), TypeError, '"2"');
  });
}

Deno.test("Semaphore.acquire() takes as many permits as there are", () =>
  virtual(async () => {
    const semaphore = new Semaphore(2);
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:2]>");
    await semaphore.acquire();
    assertEquals(semaphore.locked(), false);
    await semaphore.acquire();
    assertEquals(semaphore.locked(), true);
    assertEquals(`${semaphore}`, "<Semaphore [locked]>");
    semaphore.release();
    semaphore.release();
    semaphore.release();
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:3]>");
  }));

Deno.test("Semaphore.acquire() does not overtake a waiter that was woken (LK5)", () =>
  virtual(async () => {
    const semaphore = new Semaphore(0);
    const log: string[] = [];
    const acquire = async (name: string) => {
      await semaphore.acquire();
      log.push(name);
    };
    const tasks = [createTask(() => acquire("early"))];
    await iterations(1);
    semaphore.release();
    semaphore.release();
    assertEquals(semaphore.locked(), true, "one permit, promised to nobody");
    tasks.push(createTask(() => acquire("late")));
    await iterations(3);
    assertEquals(log, ["early", "late"]);
    assertEquals(tasks.map(outcomeOf), ["finished", "finished"]);
  }));

testInBothStyles(
  "Semaphore.acquire() hands a permit back when it is cancelled (LK5)",
  async (style) => {
    const semaphore = new Semaphore(0);
    const task = createTask(style.body(() => semaphore.acquire()));
    await iterations(1);
    semaphore.release();
    task.cancel();
    await iterations(1);
    assertEquals(outcomeOf(task), "cancelled");
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:1]>");
  },
);

testInBothStyles(
  "Semaphore.with() holds a permit while the body runs",
  async (style) => {
    const semaphore = new Semaphore(2);
    let running = 0;
    let most = 0;
    const body = style.body(() => {
      most = Math.max(most, ++running);
      return sleep(1);
    }, () => running--);
    const tasks = Array.from(
      { length: 5 },
      () => createTask(style.body(() => semaphore.with(body))),
    );
    for (const task of tasks) await task;
    assertEquals(most, 2);
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:2]>");
  },
);

Deno.test("Semaphore.with() gives the permit back when the body throws", () =>
  virtual(async () => {
    const semaphore = new Semaphore();
    await assertRejects(
      () => semaphore.with(() => Promise.reject(new SyntaxError("body"))),
      SyntaxError,
    );
    assertEquals(semaphore.locked(), false);
  }));

Deno.test("Semaphore guard releases at most once", () =>
  virtual(async () => {
    const semaphore = new Semaphore(2);
    const guard = await semaphore.acquire();
    await semaphore.acquire();
    guard[Symbol.dispose]();
    guard[Symbol.dispose]();
    assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:1]>");
  }));

Deno.test("BoundedSemaphore.release() refuses a permit too many (LK5)", () =>
  virtual(async () => {
    const semaphore = new BoundedSemaphore(1);
    assertThrows(
      () => semaphore.release(),
      RangeError,
      "Cannot release bounded semaphore: all permits are free",
    );
    const guard = await semaphore.acquire();
    guard[Symbol.dispose]();
    guard[Symbol.dispose]();
    assertThrows(() => semaphore.release(), RangeError);
  }));

Deno.test("Semaphore.release() wakes 100000 waiters in linear time", () =>
  virtual(async () => {
    const semaphore = new Semaphore(0);
    const count = 100_000;
    const tasks = Array.from(
      { length: count },
      () => createTask(semaphore.acquire()),
    );
    await iterations(1);
    const start = performance.now();
    for (let i = 0; i < count; i++) semaphore.release();
    await tasks.at(-1);
    assertEquals(performance.now() - start < 5_000, true);
    assertEquals(`${semaphore}`, "<Semaphore [locked]>");
  }));

Deno.test("Semaphore bound to one loop refuses to wait on another (LK1)", async () => {
  const semaphore = new Semaphore(0);
  const waitOnce = () =>
    virtual(async () => {
      const waiter = createTask(semaphore.acquire());
      await iterations(1);
      semaphore.release();
      await waiter;
    });
  await waitOnce();
  await assertRejects(waitOnce, RuntimeError, "different event loop");
});
