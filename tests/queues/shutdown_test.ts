import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { QueueShutDown } from "../../queues/errors.ts";
import { LifoQueue } from "../../queues/lifo_queue.ts";
import { PriorityQueue } from "../../queues/priority_queue.ts";
import { Queue } from "../../queues/queue.ts";
import {
  iterations,
  outcomeOf,
  testInBothStyles,
  virtual,
} from "../_support.ts";
import { counted } from "../sync/_wait_contract.ts";

for (const Kind of [Queue, LifoQueue, PriorityQueue]) {
  testInBothStyles(
    `${Kind.name}.shutdown() fails puts at once and gets when empty (Q5)`,
    async (style) => {
      const queue = new Kind<number>(1);
      queue.putNowait(1);
      const putters = [2, 3].map((item) =>
        createTask(style.body(() => queue.put(item)))
      );
      await iterations(1);
      queue.shutdown();
      await iterations(2);
      assertEquals(putters.map(outcomeOf), ["QueueShutDown", "QueueShutDown"]);
      await assertRejects(() => queue.put(4), QueueShutDown);
      assertThrows(
        () => queue.putNowait(5),
        QueueShutDown,
        "Cannot put item: queue is shut down",
      );
      assertEquals(await queue.get(), 1);
      await assertRejects(() => queue.get(), QueueShutDown);
      assertThrows(
        () => queue.getNowait(),
        QueueShutDown,
        "Cannot get item: queue is empty and shut down",
      );
    },
  );

  testInBothStyles(
    `${Kind.name}.shutdown() wakes those who wait to get (Q5)`,
    async (style) => {
      const queue = new Kind<number>();
      const getters = [1, 2].map(() =>
        createTask(style.body(() => queue.get()))
      );
      await iterations(1);
      queue.shutdown();
      queue.shutdown();
      await iterations(1);
      assertEquals(getters.map(outcomeOf), ["QueueShutDown", "QueueShutDown"]);
      assertEquals(counted(queue, "getters"), 0);
    },
  );

  testInBothStyles(
    `${Kind.name}.shutdown(true) drops the items and counts them done (Q5)`,
    async (style) => {
      const queue = new Kind<number>();
      for (const item of [1, 2, 3]) queue.putNowait(item);
      const joiner = createTask(style.body(() => queue.join()));
      queue.getNowait();
      await iterations(1);
      queue.shutdown(true);
      assertEquals(queue.empty(), true);
      await iterations(1);
      assertEquals(outcomeOf(joiner), "pending", "one item is in work");
      queue.taskDone();
      await joiner;
      await assertRejects(() => queue.get(), QueueShutDown);
    },
  );
}

testInBothStyles(
  "Queue.put() sleeping at shutdown has not added its item",
  async (style) => {
    const queue = new Queue<number>(1);
    queue.putNowait(1);
    const putter = createTask(style.body(() => queue.put(2)));
    await iterations(1);
    queue.shutdown(true);
    await iterations(1);
    assertEquals(outcomeOf(putter), "QueueShutDown");
    assertEquals(queue.qsize(), 0);
    await queue.join();
  },
);

Deno.test("Queue iteration ends at shutdown, after the last item", () =>
  virtual(async () => {
    const queue = new Queue<number>(1);
    const seen: number[] = [];
    const consumer = createTask(async () => {
      for await (const item of queue) {
        await sleep(1);
        seen.push(item);
      }
      return "end";
    });
    for (const item of [1, 2, 3]) await queue.put(item);
    queue.shutdown();
    assertEquals(await consumer, "end");
    assertEquals(seen, [1, 2, 3]);
  }));

Deno.test("Queue iteration shares the items among several consumers", () =>
  virtual(async () => {
    const queue = new Queue<number>();
    const seen: string[] = [];
    const consume = async (name: string) => {
      for await (const item of queue) {
        seen.push(`${name}${item}`);
        await sleep(1);
      }
    };
    const consumers = [
      createTask(() => consume("a")),
      createTask(() => consume("b")),
    ];
    for (const item of [1, 2, 3, 4]) await queue.put(item);
    await sleep(5);
    queue.shutdown();
    for (const consumer of consumers) await consumer;
    assertEquals(seen, ["a1", "b2", "a3", "b4"]);
  }));

Deno.test("Queue iteration that is cancelled loses no item", () =>
  virtual(async () => {
    const queue = new Queue<number>();
    const consumer = createTask(async () => {
      for await (const _ of queue) { /* takes all there is */ }
    });
    await iterations(1);
    queue.putNowait(1);
    consumer.cancel();
    await iterations(2);
    assertEquals(outcomeOf(consumer), "cancelled");
    assertEquals(queue.getNowait(), 1);
  }));

Deno.test("Queue iteration passes other errors on", () =>
  virtual(async () => {
    const queue = new Queue<number>(0, {
      storage: {
        size: 1,
        push() {},
        pop() {
          throw new SyntaxError("storage");
        },
      },
    });
    await assertRejects(async () => {
      for await (const _ of queue) { /* never */ }
    }, SyntaxError);
  }));
