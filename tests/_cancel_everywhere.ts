import { assert, assertEquals } from "@std/assert";
import type { Body } from "../loop/awaitables.ts";
import type { Coroutine } from "../loop/coroutines.ts";
import { createTask, type Task } from "../loop/tasks.ts";
import { iterations, outcomeOf, STYLES, virtual } from "./_support.ts";

/**
 * What a task does, written once for both styles: a generator that yields (not
 * `yield*`) the operations to wait for.
 */
export type Script = () => Generator<Coroutine<unknown>, void, unknown>;

/** A program that must come to a good end whoever is cancelled, and when. */
export interface Scenario {
  /** The tasks, in the order they are started. */
  readonly scripts: readonly Script[];
  /** Lets tasks go that wait for a cancelled one; called when all is quiet. */
  release?(): void;
  /** Asserts what must hold when every task has ended. */
  check(): void;
}

/** By this many iterations every task has ended or waits for ever. */
const QUIET = 40;

/**
 * Runs a scenario once per task and iteration, each time cancelling that task
 * in that iteration, until it has ended by then or all is quiet. Checks the
 * end of each run; the tasks not cancelled must not notice.
 *
 * The canceller runs once before and once behind the others in its iteration,
 * so that it finds waiters woken but not yet run, and waiters not yet woken.
 */
export function testCancelEverywhere(
  name: string,
  make: () => Scenario,
): void {
  for (const style of STYLES) {
    Deno.test(`${name} survives cancelling at every step (${style.name})`, async () => {
      const play = style.name === "generator" ? playGenerator : playNative;
      const count = make().scripts.length;
      let runs = 0;
      for (let victim = 0; victim < count; victim++) {
        for (const first of [true, false]) {
          for (let step = 0, hit = true; hit && step < QUIET; step++, runs++) {
            const scenario = make();
            hit = await virtual(() =>
              cancelAt(scenario, play, victim, step, first)
            );
          }
        }
      }
      assert(runs > 4 * count, `only ${runs} runs`);
    });
  }
}

/** Returns whether the victim had not ended by the time it was cancelled. */
async function cancelAt(
  scenario: Scenario,
  play: (script: Script) => Body<void>,
  victim: number,
  step: number,
  first: boolean,
): Promise<boolean> {
  let hit = false;
  const tasks: Task<void>[] = [];
  const cancel = async () => {
    await iterations(step);
    hit = tasks[victim]!.cancel();
  };
  const before = first ? createTask(cancel) : null;
  for (const script of scenario.scripts) tasks.push(createTask(play(script)));
  await (before ?? createTask(cancel));
  await iterations(QUIET);
  scenario.release?.();
  await iterations(QUIET);
  const bad = tasks.map(outcomeOf).filter((outcome, index) =>
    outcome !== "finished" && !(index === victim && outcome === "cancelled")
  );
  assertEquals(bad, [], `task ${victim} cancelled at step ${step}`);
  scenario.check();
  return hit;
}

function playNative(script: Script): Body<void> {
  return async () => {
    const steps = script();
    let result = steps.next();
    while (!result.done) {
      let value: unknown;
      try {
        value = await result.value;
      } catch (error) {
        result = steps.throw(error);
        continue;
      }
      result = steps.next(value);
    }
  };
}

function playGenerator(script: Script): Body<void> {
  return function* () {
    const steps = script();
    let result = steps.next();
    while (!result.done) {
      let value: unknown;
      try {
        value = yield* result.value;
      } catch (error) {
        result = steps.throw(error);
        continue;
      }
      result = steps.next(value);
    }
  };
}
