import { createTask, getRunningLoop, run, sleep } from "../../loop/mod.ts";
import { bytesInUse } from "./memory.ts";
import type { Subject, Work } from "./work.ts";

const FIRST = 100_000;
const COUNT = 1_000_000;

/** What is left behind per operation may not reach this: it is noise of the collector, not a leak. */
const NOISE_BYTES = 1;

/** Measures what a million operations leave on the heap, after a tenth of that has filled every cache. */
function growth(operations: (count: number) => Promise<void>): Subject {
  return async () => {
    let bytes = NaN;
    await run(async () => {
      await operations(FIRST);
      const before = await bytesInUse();
      await operations(COUNT);
      bytes = (await bytesInUse() - before) / COUNT;
    });
    return bytes;
  };
}

function* nothing() {
  yield* sleep(0);
}

async function nothingAsync(): Promise<void> {
  await sleep(0);
}

async function runGenerators(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await createTask(nothing());
}

async function runAsync(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await createTask(nothingAsync);
}

async function cancelTimers(count: number): Promise<void> {
  const loop = getRunningLoop();
  for (let index = 0; index < count; index++) {
    loop.callLater(3600 + index, nothing).cancel();
  }
  await sleep(0);
}

/** What a million tasks, and a million cancelled timers that were due in an hour, leave behind. */
export const GROWTH: readonly Work[] = [
  {
    suite: "memory",
    name: "growth-tasks",
    title: "left behind by each of 1e6 tasks",
    unit: "B",
    cpython: false,
    once: true,
    budgets: [{ subject: "generator", limit: NOISE_BYTES }, {
      subject: "async",
      limit: NOISE_BYTES,
    }],
    subjects: { "generator": growth(runGenerators), "async": growth(runAsync) },
  },
  {
    suite: "memory",
    name: "growth-timers",
    title: "left behind by each of 1e6 cancelled timers",
    unit: "B",
    cpython: false,
    once: true,
    budgets: [{ subject: "callLater", limit: NOISE_BYTES }],
    subjects: { "callLater": growth(cancelTimers) },
  },
];
