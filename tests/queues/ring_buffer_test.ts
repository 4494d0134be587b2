import { assertEquals } from "@std/assert";
import { RingBuffer } from "../../queues/_ring_buffer.ts";

Deno.test("RingBuffer gives items out in order through growing and shrinking", () => {
  const buffer = new RingBuffer<number>();
  let pushed = 0;
  let popped = 0;
  for (const target of [1, 0, 15, 3, 16, 17, 0, 1000, 10, 2000, 0, 5]) {
    while (buffer.size < target) buffer.push(pushed++);
    while (buffer.size > target) assertEquals(buffer.pop(), popped++);
  }
  assertEquals(buffer.size, pushed - popped);
});
