import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RuntimeError } from "../../loop/errors.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import { QueueEmpty, QueueFull } from "../../queues/errors.ts";
import { LifoQueue } from "../../queues/lifo_queue.ts";
import { PriorityQueue } from "../../queues/priority_queue.ts";
import { Queue } from "../../queues/queue.ts";
import {
  iterations,
  outcomeOf,
  type Style,
  testInBothStyles,
  virtual,
} from "../_support.ts";
import { counted, testWait } from "../sync/_wait_contract.ts";

for (const Kind of [Queue, LifoQueue, PriorityQueue]) {
  testWait({
    name: `${Kind.name}.get()`,
    make() {
      const queue = new Kind<number>();
      return Promise.resolve({
        wait: () => queue.get(),
        wake: () => queue.putNowait(1),
        waiting: () => counted(queue, "getters"),
      });
    },
  });

  testWait({
    name: `${Kind.name}.put()`,
    make() {
      const queue = new Kind<number>(1);
      queue.putNowait(0);
      return Promise.resolve({
        wait: () => queue.put(1),
        wake: () => queue.getNowait(),
        waiting: () => counted(queue, "putters"),
      });
    },
  });

  testWait({
    name: `${Kind.name}.join()`,
    shared: true,
    make() {
      const queue = new Kind<number>();
      queue.putNowait(1);
      return Promise.resolve({
        wait: () => queue.join(),
        wake: () => queue.taskDone(),
        waiting: () => counted(queue, "joiners"),
      });
    },
  });
}

testInBothStyles(
  "Queue.get() returns items in the order they were put",
  async (style) => {
    const queue = new Queue<number>(2);
    const got: number[] = [];
    const producer = createTask(async () => {
      for (let item = 0; item < 10; item++) await queue.put(item);
    });
    while (got.length < 10) {
      await createTask(style.body(() => queue.get(), (item) => got.push(item)));
    }
    await producer;
    assertEquals(got, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  },
);

Deno.test("Queue takes undefined and null as items", () =>
  virtual(async () => {
    const queue = new Queue<null | undefined>();
    const getter = createTask(queue.get());
    await iterations(1);
    queue.putNowait(undefined);
    queue.putNowait(null);
    assertEquals(await getter, undefined);
    assertEquals(queue.getNowait(), null);
    assertEquals(queue.empty(), true);
  }));

Deno.test("Queue.getNowait() throws when the queue is empty", () => {
  assertThrows(
    () => new Queue().getNowait(),
    QueueEmpty,
    "Cannot get item: queue is empty",
  );
});

Deno.test("Queue.putNowait() throws when the queue is full", () => {
  const queue = new Queue<number>(1);
  queue.putNowait(1);
  assertEquals([queue.full(), queue.qsize(), queue.maxsize], [true, 1, 1]);
  assertThrows(
    () => queue.putNowait(2),
    QueueFull,
    "Cannot put item: queue is full",
  );
  assertEquals(queue.qsize(), 1);
});

Deno.test("Queue has no limit if maxsize is 0, negative or Infinity (Q1)", () => {
  for (const maxsize of [0, -3, Infinity]) {
    const queue = new Queue<number>(maxsize);
    for (let item = 0; item < 100; item++) queue.putNowait(item);
    assertEquals(queue.full(), false);
  }
});

Deno.test("Queue refuses a wrong maxsize", () => {
  assertThrows(
    () => new Queue("x" as unknown as number),
    TypeError,
    'Cannot create queue: maxsize must be a whole number, received "x"',
  );
  assertThrows(() => new Queue(1.5), TypeError, "received 1.5");
  assertThrows(() => new Queue(NaN), TypeError, "received NaN");
});

testInBothStyles(
  "Queue.get() does not return an item that somebody took meanwhile (Q1)",
  async (style) => {
    const queue = new Queue<number>();
    const getter = createTask(style.body(() => queue.get()));
    await iterations(1);
    queue.putNowait(1);
    assertEquals(queue.getNowait(), 1);
    await iterations(2);
    assertEquals(outcomeOf(getter), "pending");
    assertEquals(counted(queue, "getters"), 1);
    queue.putNowait(2);
    assertEquals(await getter, 2);
  },
);

testInBothStyles(
  "Queue.get() keeps the item in the queue when it is cancelled (Q2, Q3)",
  async (style) => {
    const queue = new Queue<number>();
    const getter = createTask(style.body(() => queue.get()));
    await iterations(1);
    queue.putNowait(7);
    getter.cancel();
    await iterations(1);
    assertEquals(outcomeOf(getter), "cancelled");
    assertEquals(queue.getNowait(), 7);
  },
);

testInBothStyles(
  "Queue.put() has not added its item when it is cancelled (Q2)",
  async (style) => {
    const queue = new Queue<string>(1);
    queue.putNowait("first");
    const putter = createTask(style.body(() => queue.put("second")));
    await iterations(1);
    assertEquals(queue.getNowait(), "first");
    putter.cancel();
    await iterations(1);
    assertEquals(outcomeOf(putter), "cancelled");
    assertEquals(queue.empty(), true);
    queue.taskDone();
    assertThrows(() => queue.taskDone(), RangeError);
  },
);

/** Starts getters that log their names. */
async function queueUpGetters(
  queue: Queue<number>,
  style: Style,
  names: string,
): Promise<{ getters: Task<unknown>[]; log: string[] }> {
  const log: string[] = [];
  const getters = [...names].map((name) =>
    createTask(style.body(() => queue.get(), () => log.push(name)))
  );
  await iterations(1);
  return { getters, log };
}

testInBothStyles(
  "Queue.get() wakes nobody when it is cancelled for an item that is gone",
  async (style) => {
    const queue = new Queue<number>();
    const { getters, log } = await queueUpGetters(queue, style, "abc");
    queue.putNowait(0);
    queue.getNowait();
    getters[0]!.cancel();
    await iterations(3);
    queue.putNowait(1);
    await iterations(3);
    assertEquals(log, ["b"], "woken in vain, b would stand behind c");
  },
);

testInBothStyles(
  "Queue.get() wakes nobody when it is cancelled before it was woken",
  async (style) => {
    const queue = new Queue<number>();
    const { getters, log } = await queueUpGetters(queue, style, "abcd");
    getters[1]!.cancel();
    queue.putNowait(1);
    await iterations(3);
    queue.putNowait(2);
    await iterations(3);
    assertEquals(log, ["a", "c"], "woken in vain, c would stand behind d");
  },
);

/** Starts putters of their names to a full queue for one item. */
async function queueUpPutters(
  queue: Queue<string>,
  style: Style,
  names: string,
): Promise<Task<unknown>[]> {
  queue.putNowait("first");
  const putters = [...names].map((item) =>
    createTask(style.body(() => queue.put(item)))
  );
  await iterations(1);
  return putters;
}

testInBothStyles(
  "Queue.put() wakes nobody when it is cancelled for room that is gone",
  async (style) => {
    const queue = new Queue<string>(1);
    const putters = await queueUpPutters(queue, style, "abc");
    queue.getNowait();
    queue.putNowait("other");
    putters[0]!.cancel();
    await iterations(3);
    queue.getNowait();
    await iterations(3);
    assertEquals(queue.getNowait(), "b", "in vain, b would stand behind c");
  },
);

testInBothStyles(
  "Queue.put() wakes nobody when it is cancelled before it was woken",
  async (style) => {
    const queue = new Queue<string>(1);
    const putters = await queueUpPutters(queue, style, "abcd");
    putters[1]!.cancel();
    queue.getNowait();
    await iterations(3);
    assertEquals(queue.getNowait(), "a");
    await iterations(3);
    assertEquals(queue.getNowait(), "c", "in vain, c would stand behind d");
  },
);

Deno.test("Queue.get() works outside any task", async () => {
  const queue = new Queue<string>();
  setTimeout(() => queue.putNowait("late"), 1);
  assertEquals(await queue.get(), "late");
});

Deno.test("Queue.taskDone() throws when all items are done (Q4)", () => {
  assertThrows(
    () => new Queue().taskDone(),
    RangeError,
    "Cannot mark item as done: all items are done",
  );
});

Deno.test("Queue.join() counts puts, not gets (Q4)", () =>
  virtual(async () => {
    const queue = new Queue<number>();
    queue.putNowait(1);
    queue.putNowait(2);
    const joiner = createTask(queue.join());
    queue.getNowait();
    queue.getNowait();
    await iterations(2);
    assertEquals(outcomeOf(joiner), "pending");
    queue.taskDone();
    queue.taskDone();
    await joiner;
  }));

Deno.test("Queue.get() drops 100000 cancelled getters in linear time", () =>
  virtual(async () => {
    const queue = new Queue<number>();
    const getters = Array.from(
      { length: 100_000 },
      () => createTask(queue.get()),
    );
    await iterations(1);
    const start = performance.now();
    for (const getter of getters.toReversed()) getter.cancel();
    await iterations(2);
    assertEquals(performance.now() - start < 5_000, true);
    assertEquals(counted(queue, "getters"), 0);
    queue.putNowait(1);
    assertEquals(await queue.get(), 1);
  }));

Deno.test("Queue bound to one loop refuses to wait on another (LK1)", async () => {
  const queue = new Queue<number>();
  const getOnce = () =>
    virtual(async () => {
      const getter = createTask(queue.get());
      await iterations(1);
      queue.putNowait(1);
      await getter;
    });
  await getOnce();
  await assertRejects(
    getOnce,
    RuntimeError,
    "Cannot wait on <Queue [size:0",
  );
});

Deno.test("Queue describes itself", () => {
  const queue = new LifoQueue<number>(3);
  assertEquals(`${queue}`, "<LifoQueue [size:0/3]>");
  queue.putNowait(1);
  queue.shutdown();
  assertEquals(`${queue}`, "<LifoQueue [size:1/3, unfinished:1, shut down]>");
});
