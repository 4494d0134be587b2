import { assertEquals } from "@std/assert";
import { createTask } from "../../loop/tasks.ts";
import { LifoQueue } from "../../queues/lifo_queue.ts";
import { iterations, virtual } from "../_support.ts";

Deno.test("LifoQueue.get() returns the newest item first", () =>
  virtual(async () => {
    const queue = new LifoQueue<number>();
    for (const item of [1, 2, 3]) await queue.put(item);
    assertEquals(await queue.get(), 3);
    await queue.put(4);
    assertEquals([await queue.get(), await queue.get()], [4, 2]);
  }));

Deno.test("LifoQueue.get() serves waiters in the order they came", () =>
  virtual(async () => {
    const queue = new LifoQueue<number>();
    const getters = [createTask(queue.get()), createTask(queue.get())];
    await iterations(1);
    queue.putNowait(1);
    queue.putNowait(2);
    assertEquals([await getters[0], await getters[1]], [2, 1]);
  }));
