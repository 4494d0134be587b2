import { assertEquals } from "@std/assert";
import { ReadyQueue } from "../../loop/ready_queue.ts";
import type { Runnable } from "../../loop/timer_queue.ts";

function runnables(count: number): Runnable[] {
  return Array.from({ length: count }, () => ({ run() {} }));
}

Deno.test("ReadyQueue is first in, first out, while it grows and wraps", () => {
  const queue = new ReadyQueue();
  const all = runnables(2000);
  const out: Runnable[] = [];
  let pushed = 0;
  // Three in, two out: the head moves through the ring as it grows.
  while (pushed < all.length) {
    for (let i = 0; i < 3 && pushed < all.length; i++) {
      queue.push(all[pushed++]!);
    }
    for (let i = 0; i < 2; i++) out.push(queue.shift());
  }
  while (queue.size > 0) out.push(queue.shift());
  assertEquals(out.length, 2000);
  assertEquals(out.every((runnable, i) => runnable === all[i]), true);
});

Deno.test("ReadyQueue.size counts what is ready", () => {
  const queue = new ReadyQueue();
  assertEquals(queue.size, 0);
  for (const runnable of runnables(5)) queue.push(runnable);
  queue.shift();
  assertEquals(queue.size, 4);
  queue.clear();
  assertEquals(queue.size, 0);
});

Deno.test("ReadyQueue can be used again after it was cleared or emptied", () => {
  const queue = new ReadyQueue();
  const [a, b] = runnables(2) as [Runnable, Runnable];
  for (const runnable of runnables(100_000)) queue.push(runnable);
  while (queue.size > 0) queue.shift();
  queue.push(a);
  queue.push(b);
  assertEquals([queue.shift() === a, queue.shift() === b], [true, true]);
});
