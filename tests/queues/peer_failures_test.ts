/**
 * Four mistakes of another library's primitives, none of which may happen
 * here: each test fails if its mistake is made.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Coroutine } from "../../loop/coroutines.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { createTask } from "../../loop/tasks.ts";
import { Queue } from "../../queues/queue.ts";
import { Barrier } from "../../sync/barrier.ts";
import { Condition } from "../../sync/condition.ts";
import { Event } from "../../sync/event.ts";
import { iterations, outcomeOf, testInBothStyles } from "../_support.ts";

testInBothStyles(
  "Cancelling one waiter does not fail another",
  async (style) => {
    const event = new Event();
    const condition = new Condition();
    const waits = [
      () => event.wait(),
      () => condition.with(() => condition.wait()),
    ];
    for (const wait of waits) {
      const first = createTask(style.body<true>(wait));
      const second = createTask(style.body<true>(wait));
      await iterations(2);
      second.cancel();
      await iterations(1);
      assertEquals([first, second].map(outcomeOf), ["pending", "cancelled"]);
      event.set();
      await condition.with(async () => condition.notify());
      assertEquals(await first, true);
    }
  },
);

testInBothStyles(
  "A cancelled getter does not swallow a wake-up",
  async (style) => {
    const queue = new Queue<number>();
    const first = createTask(style.body(() => queue.get()));
    const second = createTask(style.body(() => queue.get()));
    await iterations(1);
    first.cancel();
    queue.putNowait(7);
    assertEquals(await second, 7);
    assertEquals(outcomeOf(first), "cancelled");
  },
);

testInBothStyles(
  "A cancelled party does not poison a barrier",
  async (style) => {
    const barrier = new Barrier(2);
    const first = createTask(style.body(() => barrier.wait()));
    await iterations(1);
    first.cancel();
    await iterations(2);
    const second = createTask(style.body(() => barrier.wait()));
    await iterations(2);
    assertEquals(outcomeOf(second), "pending");
    const third = createTask(style.body(() => barrier.wait()));
    assertEquals([await second, await third].sort(), [0, 1]);
  },
);

testInBothStyles(
  "Waiting for what is complete returns at once",
  async (style) => {
    const event = new Event();
    event.set();
    const queue = new Queue<number>();
    const complete: (() => Coroutine<unknown>)[] = [
      () => event.wait(),
      () => queue.join(),
      () => new Barrier(1).wait(),
    ];
    for (const wait of complete) {
      const log: string[] = [];
      createTask(style.body(wait, () => log.push("waited")));
      getRunningLoop().callSoon(() => log.push("callback"));
      await iterations(1);
      assertEquals(log, ["waited", "callback"]);
    }
  },
);
