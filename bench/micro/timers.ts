import { cpuUsage } from "node:process";
import { getRunningLoop, run } from "../../loop/mod.ts";
import type { Subject, Work } from "./work.ts";

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

/** Arms `count` timers, cancels every other one, and waits until the rest have fired. */
function fireHalf<Timer>(clock: Clock<Timer>, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count / 2;
  function fired(): void {
    if (--left === 0) resolve();
  }
  const timers = Array.from(delays(count), (delay) => clock.arm(delay, fired));
  for (let index = 0; index < count; index += 2) clock.cancel(timers[index]!);
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

/** Times by the CPU the process used: most of the time that passes here is waiting for the last timer. */
function cpuTimed(
  count: number,
  body: (count: number) => Promise<void>,
): Subject {
  return async () => {
    await body(count / 10);
    const before = cpuUsage();
    await body(count);
    const used = cpuUsage(before);
    return (used.user + used.system) * 1000 / count;
  };
}

function timers(count: number): Work {
  const title = count.toLocaleString("en").replaceAll(",", " ");
  return {
    suite: "micro",
    name: `timers-1e${Math.log10(count)}`,
    title: `timer of ${title}, half cancelled (CPU)`,
    unit: "ns",
    baseline: "setTimeout",
    cpython: true,
    budgets: [{ subject: "callLater", versus: "setTimeout", ratio: 1 }],
    subjects: {
      "setTimeout": cpuTimed(count, (count) => fireHalf(NATIVE, count)),
      "callLater": cpuTimed(
        count,
        (count) => run(() => fireHalf(ours(), count)),
      ),
    },
  };
}

/** The same at two sizes: between them the figure may grow only as a logarithm does. */
export const TIMERS: readonly Work[] = [timers(100_000), timers(1_000_000)];
