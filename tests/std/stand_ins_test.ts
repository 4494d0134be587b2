import {
  assertEquals,
  assertInstanceOf,
  AssertionError,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { delay } from "@std/async";
import { FakeTime } from "@std/testing/time";

Deno.test("@std/assert compares deeply and names the difference", () => {
  assertEquals({ a: [1, new Uint8Array([2])] }, {
    a: [1, new Uint8Array([2])],
  });
  const error = assertThrows(() => assertEquals([1], [2]), AssertionError);
  assertInstanceOf(error, Error);
});

Deno.test("@std/async delay() waits on a native promise, and can be aborted", async () => {
  await delay(0);
  const controller = new AbortController();
  const delayed = delay(60_000, { signal: controller.signal });
  controller.abort(new RangeError("enough"));
  await assertRejects(() => delayed, RangeError, "enough");
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
