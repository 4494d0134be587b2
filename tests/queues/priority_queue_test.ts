import { assertEquals, assertThrows } from "@std/assert";
import { PriorityQueue } from "../../queues/priority_queue.ts";
import { virtual } from "../_support.ts";

/** Puts all items, then gets them all. */
function sorted<T>(queue: PriorityQueue<T>, items: Iterable<T>): T[] {
  for (const item of items) queue.putNowait(item);
  const got: T[] = [];
  while (!queue.empty()) got.push(queue.getNowait());
  return got;
}

Deno.test("PriorityQueue.get() returns the smallest item first (Q6)", () =>
  virtual(async () => {
    const queue = new PriorityQueue<number>();
    for (const item of [3, 1, 2]) await queue.put(item);
    assertEquals(await queue.get(), 1);
    await queue.put(0);
    assertEquals([await queue.get(), await queue.get()], [0, 2]);
  }));

Deno.test("PriorityQueue compares with the given function", () => {
  const queue = new PriorityQueue<string>(0, {
    compare: (a, b) => b.length - a.length,
  });
  assertEquals(sorted(queue, ["a", "ccc", "bb"]), ["ccc", "bb", "a"]);
});

Deno.test("PriorityQueue keeps equal items in the order they were put", () => {
  const items = Array.from(
    { length: 1000 },
    (_, order) => ({ priority: (order * 7919) % 10, order }),
  );
  const queue = new PriorityQueue<typeof items[0]>(0, {
    compare: (a, b) => a.priority - b.priority,
  });
  const expected = items.toSorted((a, b) => a.priority - b.priority);
  assertEquals(sorted(queue, items), expected);
});

Deno.test("PriorityQueue takes [priority, data] whatever the data", () => {
  const first = { name: "first" };
  const second = { name: "second" };
  assertEquals(
    sorted(new PriorityQueue<[number, object]>(), [
      [10, first],
      [9, first],
      [9, second],
    ]),
    [[9, first], [9, second], [10, first]],
  );
});

Deno.test("PriorityQueue stays whole when items cannot be compared", () => {
  const queue = new PriorityQueue<unknown>();
  queue.putNowait(2);
  queue.putNowait(1);
  assertThrows(
    () => queue.putNowait("text"),
    TypeError,
    "Cannot order items: text and 1 have no natural order, pass a compare",
  );
  assertEquals(queue.qsize(), 2);
  assertEquals([queue.getNowait(), queue.getNowait()], [1, 2]);
  queue.taskDone();
  queue.taskDone();
  assertThrows(() => queue.taskDone(), RangeError);
});

Deno.test("PriorityQueue stays whole when compare throws during a get", () => {
  let fails = false;
  const queue = new PriorityQueue<number>(0, {
    compare(a, b) {
      if (fails) throw new SyntaxError("compare");
      return a - b;
    },
  });
  for (const item of [5, 3, 4, 1, 2]) queue.putNowait(item);
  fails = true;
  assertThrows(() => queue.getNowait(), SyntaxError);
  fails = false;
  assertEquals(sorted(queue, []), [1, 2, 3, 4, 5]);
});

Deno.test("PriorityQueue sorts any sequence of puts and gets", () => {
  // A small linear congruential generator: the same numbers in every run.
  let seed = 42;
  const random = (below: number) =>
    (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const queue = new PriorityQueue<number>();
  let model: number[] = [];
  for (let step = 0; step < 5000; step++) {
    if (model.length === 0 || random(5) < 3) {
      const item = random(100);
      queue.putNowait(item);
      model = [...model, item].sort((a, b) => a - b);
    } else {
      assertEquals(queue.getNowait(), model.shift());
    }
  }
  assertEquals(sorted(queue, []), model);
});
