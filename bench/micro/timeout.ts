import { run, sleep, timeout } from "../../loop/mod.ts";
import { loadEffect, loadEffection } from "./peers.ts";
import { timed } from "./timed.ts";
import { withUserContext } from "./user_context.ts";
import { bothStyles, type Work } from "./work.ts";

const SECONDS = 10;

function runGenerators(operations: number): Promise<void> {
  function* inner() {
    yield* sleep(0);
  }
  function* outer() {
    yield* timeout(SECONDS, inner);
  }
  return withUserContext(() =>
    run(function* () {
      for (let index = 0; index < operations; index += 2) {
        yield* timeout(SECONDS, outer);
      }
    })
  );
}

function runAsync(operations: number): Promise<void> {
  async function inner(): Promise<void> {
    await sleep(0);
  }
  async function outer(): Promise<void> {
    await timeout(SECONDS, inner);
  }
  return withUserContext(() =>
    run(async () => {
      for (let index = 0; index < operations; index += 2) {
        await timeout(SECONDS, outer);
      }
    })
  );
}

async function runEffect(operations: number): Promise<void> {
  const { Effect } = await loadEffect();
  const duration = `${SECONDS} seconds` as const;
  const nested = Effect.timeout(
    Effect.timeout(Effect.yieldNow, duration),
    duration,
  );
  await Effect.runPromise(Effect.gen(function* () {
    for (let index = 0; index < operations; index += 2) yield* nested;
  }));
}

async function runEffection(operations: number): Promise<void> {
  const { race, run, sleep, until } = await loadEffection();
  function inner() {
    return race([sleep(SECONDS * 1000), until(Promise.resolve())]);
  }
  await run(function* () {
    for (let index = 0; index < operations; index += 2) {
      yield* race([sleep(SECONDS * 1000), inner()]);
    }
  });
}

/** Timeouts entered and left in time, two nested each time, around a switch; the figure is per timeout. */
export const TIMEOUT: Work = {
  suite: "micro",
  name: "timeout",
  title: "timeout() entered + left, 2 nested",
  unit: "ns",
  cpython: true,
  budgets: [
    ...bothStyles("cpython", 5),
    ...bothStyles("effect", 1),
    ...bothStyles("effection", 1),
  ],
  subjects: {
    "generator": timed(runGenerators, 2),
    "async": timed(runAsync, 2),
    "effect": timed(runEffect, 2),
    "effection": timed(runEffection, 2),
  },
};
