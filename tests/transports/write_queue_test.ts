import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { WriteQueue } from "../../transports/_write_queue.ts";

/** Takes everything out, segment by segment. */
function drain(queue: WriteQueue): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let segment = queue.shift(); segment; segment = queue.shift()) {
    pieces.push(segment.memory.slice(0, segment.length));
  }
  return pieces;
}

Deno.test("WriteQueue puts small pieces together, in order", () => {
  const queue = new WriteQueue();
  for (let i = 0; i < 100; i++) queue.push(new Uint8Array(10).fill(i), false);
  assertEquals(queue.size, 1000);
  const pieces = drain(queue);
  assert(pieces.length <= 2, `${pieces.length}`);
  const bytes = pieces.flatMap((piece) => [...piece]);
  assertEquals(bytes, Array.from({ length: 1000 }, (_, i) => i / 10 | 0));
  assertEquals(queue.size, 0);
});

Deno.test("WriteQueue keeps large pieces that nobody changes where they are", () => {
  const queue = new WriteQueue();
  const bytes = new Uint8Array(100_000);
  queue.push(bytes, true);
  assertStrictEquals(queue.shift()!.memory, bytes);
});

Deno.test("WriteQueue copies what the caller may change", () => {
  for (const size of [10, 16_384, 100_000, 1_000_000]) {
    const queue = new WriteQueue();
    const bytes = new Uint8Array(size).fill(1);
    queue.push(bytes, false);
    bytes.fill(2);
    assert(drain(queue)[0]!.every((byte) => byte === 1));
  }
});

Deno.test("WriteQueue keeps the order of small and large pieces", () => {
  const queue = new WriteQueue();
  const expected: number[] = [];
  for (let i = 0; i < 300; i++) {
    const bytes = new Uint8Array(i % 7 === 0 ? 20_000 : 50).fill(i);
    queue.push(bytes, i % 2 === 0);
    expected.push(...bytes);
  }
  assertEquals(queue.size, expected.length);
  const bytes = drain(queue).flatMap((piece) => [...piece]);
  assertEquals(bytes.length, expected.length);
  assert(bytes.every((byte, i) => byte === expected[i]));
});

Deno.test("WriteQueue.clear() drops everything", () => {
  const queue = new WriteQueue();
  queue.push(new Uint8Array(10), false);
  queue.push(new Uint8Array(100_000), false);
  queue.clear();
  assertEquals([queue.size, queue.shift()], [0, undefined]);
  queue.push(new Uint8Array(5).fill(3), false);
  assertEquals(drain(queue), [new Uint8Array(5).fill(3)]);
});
