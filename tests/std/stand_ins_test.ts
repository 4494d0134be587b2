import {
  assertEquals,
  assertInstanceOf,
  AssertionError,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { deadline, delay } from "@std/async";
import { FakeTime } from "@std/testing/time";

Deno.test("@std/assert compares deeply and names the difference", () => {
  assertEquals({ a: [1, new Uint8Array([2])] }, {
    a: [1, new Uint8Array([2])],
  });
  const error = assertThrows(() => assertEquals([1], [2]), AssertionError);
  assertInstanceOf(error, Error);
});

Deno.test("@std/async delay() and deadline() wait on native promises", async () => {
  await delay(0);
  const never = Promise.withResolvers<void>();
  await assertRejects(() => deadline(never.promise, 1), Error);
});

Deno.test("@std/testing FakeTime moves the clock by hand", async () => {
  const fired: number[] = [];
  using time = new FakeTime(0);
  setTimeout(() => fired.push(Date.now()), 1_000);
  time.tick(999);
  assertEquals(fired, []);
  await time.tickAsync(1);
  assertEquals(fired, [1_000]);
  assertEquals(time.now, 1_000);
});
