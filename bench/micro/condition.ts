import { createTask, run } from "../../loop/mod.ts";
import { Condition } from "../../sync/mod.ts";
import { timed } from "./timed.ts";
import { withUserContext } from "./user_context.ts";
import { bothStyles, type Work } from "./work.ts";

/** Whose turn it is, and the condition that says so. */
class Turn {
  readonly condition = new Condition();
  owner = 0;
}

function* take(turn: Turn, player: number, times: number) {
  for (let index = 0; index < times; index++) {
    yield* turn.condition.acquire();
    while (turn.owner !== player) yield* turn.condition.wait();
    turn.owner = 1 - player;
    turn.condition.notify();
    turn.condition.release();
  }
}

async function takeAsync(
  turn: Turn,
  player: number,
  times: number,
): Promise<void> {
  for (let index = 0; index < times; index++) {
    await turn.condition.acquire();
    while (turn.owner !== player) await turn.condition.wait();
    turn.owner = 1 - player;
    turn.condition.notify();
    turn.condition.release();
  }
}

function runGenerators(operations: number): Promise<void> {
  return withUserContext(() =>
    run(function* () {
      const turn = new Turn();
      const other = createTask(take(turn, 1, operations / 2));
      yield* take(turn, 0, operations / 2);
      yield* other;
    })
  );
}

function runAsync(operations: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      const turn = new Turn();
      const other = createTask(() => takeAsync(turn, 1, operations / 2));
      await takeAsync(turn, 0, operations / 2);
      await other;
    })
  );
}

/** Two tasks that take turns through a condition; no npm peer has one. */
export const CONDITION: Work = {
  suite: "micro",
  name: "condition",
  title: "Condition wait + notify, 2 tasks",
  unit: "ns",
  cpython: true,
  budgets: bothStyles("cpython", 5),
  subjects: {
    "generator": timed(runGenerators, 2),
    "async": timed(runAsync, 2),
  },
};
