import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BrokenBarrierError, TimeoutError } from "../../loop/errors.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { Barrier } from "../../sync/barrier.ts";
import {
  iterations,
  outcomeOf,
  type Style,
  testInBothStyles,
  virtual,
} from "../_support.ts";

/** Starts tasks that wait at the barrier and log their name and index. */
async function queueUp(
  barrier: Barrier,
  style: Style,
  names: string,
  log: string[] = [],
): Promise<{ tasks: Task<unknown>[]; log: string[] }> {
  const tasks: Task<unknown>[] = [];
  for (const name of names) {
    const body = style.body(
      () => barrier.wait(),
      (index) => log.push(`${name}${index}`),
    );
    tasks.push(createTask(body, { name }));
  }
  await iterations(2);
  return { tasks, log };
}

testInBothStyles(
  "Barrier.wait() lets all parties go at once (LK6)",
  async (style) => {
    const barrier = new Barrier(3);
    const { tasks, log } = await queueUp(barrier, style, "ab");
    assertEquals(barrier.nWaiting, 2);
    assertEquals(log, []);
    await queueUp(barrier, style, "c", log);
    for (const task of tasks) await task;
    assertEquals(log, ["c2", "a0", "b1"]);
    assertEquals(barrier.nWaiting, 0);
  },
);

testInBothStyles(
  "Barrier.wait() begins a new round by itself",
  async (style) => {
    const barrier = new Barrier(2);
    const { tasks, log } = await queueUp(barrier, style, "abcdef");
    for (const task of tasks) await task;
    assertEquals(log.length, 6);
    assertEquals(log.map((line) => line.at(-1)).sort().join(""), "000111");
  },
);

testInBothStyles(
  "Barrier.wait() forgets a cancelled party and serves the rest",
  async (style) => {
    const barrier = new Barrier(3);
    const { tasks, log } = await queueUp(barrier, style, "ab");
    tasks[0]!.cancel();
    await iterations(3);
    assertEquals(tasks.map(outcomeOf), ["cancelled", "pending"]);
    assertEquals(barrier.nWaiting, 1);
    const late = await queueUp(barrier, style, "cd", log);
    for (const task of [tasks[1]!, ...late.tasks]) await task;
    assertEquals(log.map((line) => line[0]).sort(), ["b", "c", "d"]);
    assertEquals(`${barrier}`, "<Barrier [filling, waiters:0/3]>");
  },
);

testInBothStyles(
  "Barrier.wait() lets the others go when a released party is cancelled",
  async (style) => {
    const barrier = new Barrier(3);
    const { tasks, log } = await queueUp(barrier, style, "ab");
    const last = createTask(style.body(() => barrier.wait()));
    await iterations(1);
    tasks[0]!.cancel();
    await iterations(4);
    assertEquals([...tasks, last].map(outcomeOf), [
      "cancelled",
      "finished",
      "finished",
    ]);
    assertEquals(log, ["b1"]);
    const { tasks: again } = await queueUp(barrier, style, "xyz");
    for (const task of again) await task;
  },
);

testInBothStyles(
  "Barrier.wait() leaves nothing behind when it times out",
  async (style) => {
    const barrier = new Barrier(2);
    await assertRejects(
      () => timeout(1, style.body(() => barrier.wait())),
      TimeoutError,
    );
    assertEquals(barrier.nWaiting, 0);
    const { tasks } = await queueUp(barrier, style, "ab");
    assertEquals(tasks.map(outcomeOf), ["finished", "finished"]);
  },
);

Deno.test("Barrier.wait() of a single party does not suspend", () =>
  virtual(async () => {
    const barrier = new Barrier(1);
    const task = createTask(barrier.wait());
    await iterations(1);
    assertEquals(task.result(), 0);
  }));

testInBothStyles(
  "Barrier.abort() fails present and later waits (LK6)",
  async (style) => {
    const barrier = new Barrier(3);
    const { tasks } = await queueUp(barrier, style, "ab");
    await barrier.abort();
    await iterations(3);
    assertEquals(tasks.map(outcomeOf), [
      "BrokenBarrierError",
      "BrokenBarrierError",
    ]);
    assertEquals(barrier.broken, true);
    assertEquals(`${barrier}`, "<Barrier [broken]>");
    await assertRejects(
      () => barrier.wait(),
      BrokenBarrierError,
      "Cannot wait on barrier: barrier is broken",
    );
    await barrier.reset();
    assertEquals(barrier.broken, false);
    const { tasks: again } = await queueUp(barrier, style, "abc");
    for (const task of again) await task;
  },
);

testInBothStyles(
  "Barrier.reset() fails the waiting tasks only (LK6)",
  async (style) => {
    const barrier = new Barrier(3);
    const { tasks } = await queueUp(barrier, style, "ab");
    await barrier.reset();
    assertEquals(`${barrier}`, "<Barrier [resetting, waiters:0/3]>");
    const { tasks: next } = await queueUp(barrier, style, "cde");
    await iterations(4);
    assertEquals(tasks.map(outcomeOf), [
      "BrokenBarrierError",
      "BrokenBarrierError",
    ]);
    assertEquals(next.map(outcomeOf), ["finished", "finished", "finished"]);
  },
);

testInBothStyles(
  "Barrier.with() runs the body with the index",
  async (style) => {
    const barrier = new Barrier(2);
    const seen: number[] = [];
    const enter = style.body(() =>
      barrier.with((index) => {
        seen.push(index);
        return sleep(1, index);
      })
    );
    const tasks = [createTask(enter), createTask(enter)];
    assertEquals([await tasks[0], await tasks[1]], [0, 1]);
    assertEquals(seen, [1, 0]);
  },
);

Deno.test("Barrier refuses a wrong number of parties", () => {
  assertThrows(
    () => new Barrier(0),
    RangeError,
    "Cannot create barrier: parties must be at least 1, received 0",
  );
  assertThrows(() => new Barrier(2.5), TypeError);
  assertEquals(new Barrier(4).parties, 4);
});
