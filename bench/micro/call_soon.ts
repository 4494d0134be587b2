import { getRunningLoop, run } from "../../loop/mod.ts";
import { currentLoop } from "../../loop/running.ts";
import { timed } from "./timed.ts";
import { checkUserContext, withUserContext } from "./user_context.ts";
import type { Work } from "./work.ts";

/** How many handles are scheduled in a row, as when a thousand tasks wake up. */
const BURST = 1000;

/** Schedules bursts, the last callback of each starting the next, until `operations` have run. */
function bursts(
  operations: number,
  schedule: (callback: () => void) => void,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = operations;
  function next(): void {
    if (left <= 0) return resolve();
    left -= BURST;
    for (let index = 1; index < BURST; index++) schedule(nothing);
    schedule(next);
  }
  next();
  return promise;
}

function nothing(): void {}

function runMicrotasks(operations: number): Promise<void> {
  return bursts(operations, queueMicrotask);
}

function runInside(operations: number): Promise<void> {
  return run(async () => {
    const loop = currentLoop();
    await bursts(operations, (callback) => loop.enqueue({ run: callback }));
  });
}

function runCallSoon(operations: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      const loop = getRunningLoop();
      await bursts(operations, (callback) => loop.callSoon(callback));
      await new Promise<void>((resolve) => loop.callSoon(resolve));
      checkUserContext();
    })
  );
}

/** Scheduling a callback and running it. */
export const CALL_SOON: Work = {
  suite: "micro",
  name: "call-soon",
  title: "schedule + run a handle",
  unit: "ns",
  baseline: "queueMicrotask",
  cpython: true,
  // 20 and 6 million a second where queueMicrotask does 80.
  budgets: [
    { subject: "inside (enqueue)", versus: "queueMicrotask", ratio: 20 / 80 },
    { subject: "callSoon", versus: "queueMicrotask", ratio: 6 / 80 },
  ],
  subjects: {
    "queueMicrotask": timed(runMicrotasks, BURST),
    "inside (enqueue)": timed(runInside, BURST),
    "callSoon": timed(runCallSoon, BURST),
  },
};
