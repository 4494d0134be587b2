import { run, sleep, taskGroup } from "../../loop/mod.ts";
import { loadEffect, loadEffection } from "./peers.ts";
import { timed } from "./timed.ts";
import { withUserContext } from "./user_context.ts";
import { bothStyles, type Work } from "./work.ts";

const CHILDREN = 10_000;

function* child() {
  yield* sleep(0);
}

async function childAsync(): Promise<void> {
  await sleep(0);
}

async function awaitNull(): Promise<void> {
  await null;
}

async function runPromiseAll(operations: number): Promise<void> {
  for (let left = operations; left > 0; left -= CHILDREN) {
    await Promise.all(Array.from({ length: CHILDREN }, awaitNull));
  }
}

function runGenerators(operations: number): Promise<void> {
  return withUserContext(() =>
    run(function* () {
      for (let left = operations; left > 0; left -= CHILDREN) {
        yield* taskGroup(function* (group) {
          for (let index = 0; index < CHILDREN; index++) {
            group.createTask(child());
          }
        });
      }
    })
  );
}

function runAsync(operations: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      for (let left = operations; left > 0; left -= CHILDREN) {
        // deno-lint-ignore require-await -- the group waits for its children by itself
        await taskGroup(async (group) => {
          for (let index = 0; index < CHILDREN; index++) {
            group.createTask(childAsync);
          }
        });
      }
    })
  );
}

async function runEffect(operations: number): Promise<void> {
  const { Effect } = await loadEffect();
  const children = Array.from({ length: CHILDREN }, () => Effect.yieldNow);
  const all = Effect.all(children, { concurrency: "unbounded", discard: true });
  await Effect.runPromise(Effect.gen(function* () {
    for (let left = operations; left > 0; left -= CHILDREN) yield* all;
  }));
}

async function runEffection(operations: number): Promise<void> {
  const { all, run, until } = await loadEffection();
  await run(function* () {
    for (let left = operations; left > 0; left -= CHILDREN) {
      yield* all(
        Array.from({ length: CHILDREN }, () => until(Promise.resolve())),
      );
    }
  });
}

/** A group of ten thousand children that switch once each; the figure is per child. */
export const TASK_GROUP: Work = {
  suite: "micro",
  name: "task-group",
  title: "child of a TaskGroup of 10 000",
  unit: "ns",
  baseline: "Promise.all",
  cpython: true,
  budgets: [
    ...bothStyles("cpython", 2),
    ...bothStyles("effect", 1),
    ...bothStyles("effection", 1),
  ],
  subjects: {
    "Promise.all": timed(runPromiseAll, CHILDREN),
    "generator": timed(runGenerators, CHILDREN),
    "async": timed(runAsync, CHILDREN),
    "effect": timed(runEffect, CHILDREN),
    "effection": timed(runEffection, CHILDREN),
  },
};
