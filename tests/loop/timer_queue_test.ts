import { assertEquals, assertLessOrEqual } from "@std/assert";
import { PURGE_MINIMUM_TIMERS } from "../../loop/constants.ts";
import { Timer, TimerQueue } from "../../loop/timer_queue.ts";
import { collectGarbage } from "./_garbage.ts";

const target = { run(): void {} };

function push(queue: TimerQueue, when: number): Timer {
  const timer = new Timer(when, target);
  queue.push(timer);
  return timer;
}

function drain(queue: TimerQueue): Timer[] {
  const timers: Timer[] = [];
  for (let timer = queue.peek(); timer !== undefined; timer = queue.peek()) {
    queue.shift();
    timers.push(timer);
  }
  return timers;
}

/** Numbers that look random, the same ones every time. */
function* pseudoRandom(count: number): Generator<number> {
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    yield state % 1000;
  }
}

Deno.test("TimerQueue gives timers back in the order of their times", () => {
  const queue = new TimerQueue();
  const times = [...pseudoRandom(2000)];
  for (const when of times) push(queue, when);
  const sorted = times.toSorted((a, b) => a - b);
  assertEquals(drain(queue).map(({ when }) => when), sorted);
});

Deno.test("TimerQueue keeps scheduling order among equal times (T3)", () => {
  const queue = new TimerQueue();
  const timers: Timer[] = [];
  for (let i = 0; i < 300; i++) timers.push(push(queue, i % 3));
  const expected = [0, 1, 2].flatMap((when) =>
    timers.filter((timer) => timer.when === when)
  );
  const drained = drain(queue);
  assertEquals(drained.length, 300);
  assertEquals(drained.every((timer, i) => timer === expected[i]), true);
});

Deno.test("TimerQueue.peek() passes over cancelled timers", () => {
  const queue = new TimerQueue();
  const first = push(queue, 1);
  const second = push(queue, 2);
  const third = push(queue, 3);
  first.cancel();
  second.cancel();
  assertEquals(queue.peek(), third);
  third.cancel();
  assertEquals(queue.peek(), undefined);
});

Deno.test("TimerQueue is empty after clear(), and its timers may be cancelled", () => {
  const queue = new TimerQueue();
  const timer = push(queue, 1);
  queue.clear();
  timer.cancel();
  assertEquals(queue.peek(), undefined);
  assertEquals(push(queue, 2), queue.peek());
});

Deno.test("Timer.cancel() lets go of the target, and counts once", () => {
  const queue = new TimerQueue();
  const timers = [...pseudoRandom(200)].map((when) => push(queue, when));
  for (let i = 0; i < 300; i++) timers[0]!.cancel();
  assertEquals(timers[0]!.target, null);
  assertEquals(drain(queue).length, 199);
});

Deno.test("Timer.cancel() after the timer fired does nothing", () => {
  const queue = new TimerQueue();
  const fired = push(queue, 1);
  queue.shift();
  for (let i = 0; i < PURGE_MINIMUM_TIMERS * 2; i++) push(queue, 2);
  fired.cancel();
  assertEquals(drain(queue).length, PURGE_MINIMUM_TIMERS * 2);
});

Deno.test("TimerQueue keeps its order when cancelled timers are purged", () => {
  const queue = new TimerQueue();
  const timers = [...pseudoRandom(5000)].map((when) => push(queue, when));
  const kept = timers.filter((_timer, i) => i % 7 === 0);
  timers.forEach((timer, i) => i % 7 === 0 || timer.cancel());
  const expected = kept.map(({ when }) => when).sort((a, b) => a - b);
  assertEquals(drain(queue).map(({ when }) => when), expected);
});

Deno.test("TimerQueue lets go of cancelled timers before they are due", async () => {
  const queue = new TimerQueue();
  push(queue, 1e9);
  const cancelled: WeakRef<Timer>[] = [];
  for (let i = 0; i < 2000; i++) {
    const timer = push(queue, 1e6 + i);
    timer.cancel();
    cancelled.push(new WeakRef(timer));
  }
  await collectGarbage();
  const held = cancelled.filter((timer) => timer.deref() !== undefined).length;
  assertLessOrEqual(held, PURGE_MINIMUM_TIMERS);
});
