import { createTask, run, sleep, type Task } from "../../loop/mod.ts";
import { loadEffect, loadEffection } from "./peers.ts";
import { timed } from "./timed.ts";
import { checkUserContext, withUserContext } from "./user_context.ts";
import { bothStyles, type Work } from "./work.ts";

function* generatorTask(times: number) {
  for (let index = 0; index < times; index++) yield* sleep(0);
  checkUserContext();
}

async function asyncTask(times: number): Promise<void> {
  for (let index = 0; index < times; index++) await sleep(0);
  checkUserContext();
}

async function awaitNull(times: number): Promise<void> {
  for (let index = 0; index < times; index++) await null;
}

function runTasks(tasks: number, start: () => Task<void>): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      const running = Array.from({ length: tasks }, start);
      for (const task of running) await task;
    })
  );
}

async function runEffect(tasks: number, times: number): Promise<void> {
  const { Effect, Fiber } = await loadEffect();
  const body = Effect.gen(function* () {
    for (let index = 0; index < times; index++) yield* Effect.yieldNow;
  });
  await Effect.runPromise(Effect.gen(function* () {
    const fibers = [];
    for (let index = 0; index < tasks; index++) {
      fibers.push(yield* Effect.forkChild(body));
    }
    for (const fiber of fibers) yield* Fiber.join(fiber);
  }));
}

/** effection has no way to yield, so a resolved promise stands in for it. */
async function runEffection(tasks: number, times: number): Promise<void> {
  const { run, spawn, until } = await loadEffection();
  await run(function* () {
    const spawned = [];
    for (let task = 0; task < tasks; task++) {
      spawned.push(
        yield* spawn(function* () {
          for (let index = 0; index < times; index++) {
            yield* until(Promise.resolve());
          }
        }),
      );
    }
    for (const task of spawned) yield* task;
  });
}

function sleepZero(tasks: number): Work {
  const suffix = tasks === 1 ? "1 task" : `${tasks} tasks`;
  return {
    suite: "micro",
    name: `sleep0-${tasks}`,
    title: `sleep(0), ${suffix}`,
    unit: "ns",
    baseline: "await null",
    cpython: true,
    budgets: [
      ...bothStyles("cpython", 8, 6),
      ...bothStyles("effect", 1),
      ...bothStyles("effection", 1),
    ],
    subjects: {
      "await null": timed(
        (operations) =>
          Promise.all(
            Array.from({ length: tasks }, () => awaitNull(operations / tasks)),
          ),
        tasks,
      ),
      "generator": timed(
        (operations) =>
          runTasks(tasks, () => createTask(generatorTask(operations / tasks))),
        tasks,
      ),
      "async": timed(
        (operations) =>
          runTasks(
            tasks,
            () => createTask(() => asyncTask(operations / tasks)),
          ),
        tasks,
      ),
      "effect": timed(
        (operations) => runEffect(tasks, operations / tasks),
        tasks,
      ),
      "effection": timed(
        (operations) => runEffection(tasks, operations / tasks),
        tasks,
      ),
    },
  };
}

/** Task switches: one task alone, where every switch is an iteration of the loop, and a hundred taking turns. */
export const SLEEP_ZERO: readonly Work[] = [sleepZero(1), sleepZero(100)];
