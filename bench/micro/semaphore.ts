import { createTask, run, sleep } from "../../loop/mod.ts";
import { Semaphore } from "../../sync/mod.ts";
import { loadAsyncMutex, loadEffect } from "./peers.ts";
import { timed } from "./timed.ts";
import { withUserContext } from "./user_context.ts";
import { bothStyles, type Work } from "./work.ts";

const TASKS = 100;
const PERMITS = 10;

function* contend(semaphore: Semaphore, times: number) {
  for (let index = 0; index < times; index++) {
    yield* semaphore.acquire();
    yield* sleep(0);
    semaphore.release();
  }
}

async function contendAsync(
  semaphore: Semaphore,
  times: number,
): Promise<void> {
  for (let index = 0; index < times; index++) {
    await semaphore.acquire();
    await sleep(0);
    semaphore.release();
  }
}

function runGenerators(operations: number): Promise<void> {
  return withUserContext(() =>
    run(function* () {
      const semaphore = new Semaphore(PERMITS);
      const tasks = [];
      for (let task = 0; task < TASKS; task++) {
        tasks.push(createTask(contend(semaphore, operations / TASKS)));
      }
      for (const task of tasks) yield* task;
    })
  );
}

function runAsync(operations: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      const semaphore = new Semaphore(PERMITS);
      const tasks = [];
      for (let task = 0; task < TASKS; task++) {
        tasks.push(
          createTask(() => contendAsync(semaphore, operations / TASKS)),
        );
      }
      for (const task of tasks) await task;
    })
  );
}

async function runAsyncMutex(operations: number): Promise<void> {
  const semaphore = new (await loadAsyncMutex()).Semaphore(PERMITS);
  async function contend(): Promise<void> {
    for (let index = 0; index < operations / TASKS; index++) {
      const [, release] = await semaphore.acquire();
      await null;
      release();
    }
  }
  await Promise.all(Array.from({ length: TASKS }, contend));
}

async function runEffect(operations: number): Promise<void> {
  const { Effect, Fiber, Semaphore } = await loadEffect();
  await Effect.runPromise(Effect.gen(function* () {
    const semaphore = yield* Semaphore.make(PERMITS);
    const body = Effect.gen(function* () {
      for (let index = 0; index < operations / TASKS; index++) {
        yield* semaphore.withPermits(1)(Effect.yieldNow);
      }
    });
    const fibers = [];
    for (let task = 0; task < TASKS; task++) {
      fibers.push(yield* Effect.forkChild(body));
    }
    for (const fiber of fibers) yield* Fiber.join(fiber);
  }));
}

/** Ten permits that a hundred tasks share, each holding one across a switch. */
export const SEMAPHORE: Work = {
  suite: "micro",
  name: "semaphore",
  title: "Semaphore(10) across a switch, 100 tasks",
  unit: "ns",
  cpython: true,
  budgets: [...bothStyles("cpython", 5), ...bothStyles("effect", 1)],
  subjects: {
    "generator": timed(runGenerators, TASKS),
    "async": timed(runAsync, TASKS),
    "effect": timed(runEffect, TASKS),
    "async-mutex (no cancel)": timed(runAsyncMutex, TASKS),
  },
};
