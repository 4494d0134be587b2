import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { Alarm } from "../../loop/alarm.ts";

function seconds(): number {
  return performance.now() / 1000;
}

/** An alarm on real time, and when it rang. */
function createAlarm(): { alarm: Alarm; rings: number[] } {
  const rings: number[] = [];
  return { alarm: new Alarm(seconds, () => rings.push(seconds())), rings };
}

/** Waits until it has rung, and long enough for it to ring once too often. */
async function rung(rings: number[], count = 1): Promise<void> {
  for (let i = 0; i < 2000 && rings.length < count; i++) await delay(1);
  await delay(5);
}

Deno.test("Alarm rings once, at its time and not before", async () => {
  const { alarm, rings } = createAlarm();
  const when = seconds() + 0.004;
  alarm.set(when);
  await rung(rings);
  assertEquals(rings.length, 1);
  assert(rings[0]! >= when, `${when - rings[0]!} s too early`);
});

Deno.test("Alarm rings soon when its time has passed", async () => {
  const { alarm, rings } = createAlarm();
  alarm.set(seconds() - 1);
  assertEquals(rings, []);
  await rung(rings);
  assertEquals(rings.length, 1);
});

Deno.test("Alarm that is moved ahead rings at the new time only", async () => {
  const { alarm, rings } = createAlarm();
  alarm.set(seconds() + 0.003);
  const when = seconds() + 0.01;
  alarm.set(when);
  await rung(rings);
  assertEquals(rings.length, 1);
  assert(rings[0]! >= when);
});

Deno.test("Alarm that is moved back rings at the new time", async () => {
  const { alarm, rings } = createAlarm();
  const start = seconds();
  alarm.set(start + 60);
  alarm.set(start + 0.003);
  await rung(rings);
  assertEquals(rings.length, 1);
});

Deno.test("Alarm that is taken back does not ring, and leaves no timer", async () => {
  const { alarm, rings } = createAlarm();
  alarm.set(seconds() + 0.003);
  alarm.set(undefined);
  alarm.set(seconds());
  alarm.set(undefined);
  await delay(8);
  assertEquals(rings, []);
});

Deno.test("Alarm waits for a time that no native timer can hold", async () => {
  const { alarm, rings } = createAlarm();
  // setTimeout would fire at once: it counts milliseconds in 32 bits.
  alarm.set(seconds() + 2 ** 33);
  await delay(5);
  assertEquals(rings, []);
  alarm.set(undefined);
});

Deno.test("Alarm can be set again from its ring", async () => {
  const rings: number[] = [];
  const alarm: Alarm = new Alarm(seconds, () => {
    rings.push(seconds());
    if (rings.length < 3) alarm.set(seconds() + 0.001);
  });
  alarm.set(seconds() + 0.001);
  await rung(rings, 3);
  assertEquals(rings.length, 3);
});
