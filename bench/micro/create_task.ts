import { createTask, run } from "../../loop/mod.ts";
import { loadEffect, loadEffection } from "./peers.ts";
import { timed } from "./timed.ts";
import { withUserContext } from "./user_context.ts";
import { bothStyles, type Work } from "./work.ts";

function* nothing() {}

async function nothingAsync(): Promise<void> {}

async function runEmptyCalls(operations: number): Promise<void> {
  for (let index = 0; index < operations; index++) await nothingAsync();
}

function runGenerators(operations: number): Promise<void> {
  return withUserContext(() =>
    run(function* () {
      for (let index = 0; index < operations; index++) {
        yield* createTask(nothing());
      }
    })
  );
}

function runAsync(operations: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      for (let index = 0; index < operations; index++) {
        await createTask(nothingAsync);
      }
    })
  );
}

async function runEffect(operations: number): Promise<void> {
  const { Effect, Fiber } = await loadEffect();
  const body = Effect.gen(function* () {});
  await Effect.runPromise(Effect.gen(function* () {
    for (let index = 0; index < operations; index++) {
      yield* Fiber.join(yield* Effect.forkChild(body));
    }
  }));
}

async function runEffection(operations: number): Promise<void> {
  const { run, spawn } = await loadEffection();
  await run(function* () {
    for (let index = 0; index < operations; index++) {
      yield* yield* spawn(nothing);
    }
  });
}

/** Creating a task that does nothing and waiting for it, one after the other. */
export const CREATE_TASK: Work = {
  suite: "micro",
  name: "create-task",
  title: "create + finish a task",
  unit: "ns",
  baseline: "empty async call",
  cpython: true,
  budgets: [
    // 1.5 microseconds where an empty async call is 50 ns.
    ...bothStyles("empty async call", 50 / 1500),
    ...bothStyles("cpython", 2),
  ],
  subjects: {
    "empty async call": timed(runEmptyCalls),
    "generator": timed(runGenerators),
    "async": timed(runAsync),
    "effect": timed(runEffect),
    "effection": timed(runEffection),
  },
};
