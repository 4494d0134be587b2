import { cpuUsage } from "node:process";
import { getRunningLoop, run } from "../../loop/mod.ts";
import type { Work } from "./work.ts";

/** The timers are due within this time, in seconds. */
const SPAN_SECONDS = 0.5;

/** Arms, cancels and awaits timers of one kind. */
interface Clock<Timer> {
  arm(seconds: number, callback: () => void): Timer;
  cancel(timer: Timer): void;
}

/** Pseudo-random delays, the same for everybody. */
function* delays(count: number): Generator<number> {
  let state = 1;
  for (let index = 0; index < count; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32 * SPAN_SECONDS;
  }
}

/** Keeps the whole process waiting, so that it uses no CPU time. */
function pause(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

/**
 * Arms `count` timers, cancels every other one, and waits until the rest have fired. They fire when all of them are
 * due: how precisely a loop waits for the next one is not the question here.
 */
function fireHalf<Timer>(clock: Clock<Timer>, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count / 2;
  function fired(): void {
    if (--left === 0) resolve();
  }
  const timers = Array.from(delays(count), (delay) => clock.arm(delay, fired));
  for (let index = 0; index < count; index += 2) clock.cancel(timers[index]!);
  pause(SPAN_SECONDS);
  return promise;
}

function ours(): Clock<{ cancel(): void }> {
  const loop = getRunningLoop();
  return {
    arm: (seconds, callback) => loop.callLater(seconds, callback),
    cancel: (timer) => timer.cancel(),
  };
}

const NATIVE: Clock<ReturnType<typeof setTimeout>> = {
  arm: (seconds, callback) => setTimeout(callback, seconds * 1000),
  cancel: clearTimeout,
};

function fireHalfNative(count: number): Promise<void> {
  return fireHalf(NATIVE, count);
}

function fireHalfOfOurs(count: number): Promise<void> {
  return run(() => fireHalf(ours(), count));
}

/** Measures the CPU time per timer. */
async function cpuNanoseconds(
  body: (count: number) => Promise<void>,
  count: number,
): Promise<number> {
  await body(count / 10);
  const before = cpuUsage();
  await body(count);
  const used = cpuUsage(before);
  return (used.user + used.system) * 1000 / count;
}

const FEW = 100_000;
const MANY = 1_000_000;

/** The logarithm grows by a fifth from few to many, and caches miss more often; a linear cost would be ten. */
const LOGARITHMIC_LIMIT = 2.5;

/** Timers: what one costs among few and among many. */
export const TIMERS: readonly Work[] = [
  {
    suite: "micro",
    name: "timers-1e5",
    title: "timer of 100 000, half cancelled (CPU)",
    unit: "ns",
    baseline: "setTimeout",
    cpython: true,
    budgets: [{ subject: "callLater", versus: "setTimeout", ratio: 1 }],
    subjects: {
      "setTimeout": () => cpuNanoseconds(fireHalfNative, FEW),
      "callLater": () => cpuNanoseconds(fireHalfOfOurs, FEW),
    },
  },
  {
    suite: "micro",
    name: "timers-1e6",
    title: "timer of 1 000 000, half cancelled (CPU)",
    unit: "ns",
    cpython: true,
    once: true,
    budgets: [],
    subjects: { "callLater": () => cpuNanoseconds(fireHalfOfOurs, MANY) },
  },
  {
    suite: "micro",
    name: "timers-growth",
    title: "cost of a timer of 1 000 000 / of 100 000",
    unit: "x",
    cpython: false,
    once: true,
    budgets: [{ subject: "callLater", limit: LOGARITHMIC_LIMIT }],
    subjects: {
      "callLater": async () => {
        const few = await cpuNanoseconds(fireHalfOfOurs, FEW);
        return await cpuNanoseconds(fireHalfOfOurs, MANY) / few;
      },
    },
  },
];
