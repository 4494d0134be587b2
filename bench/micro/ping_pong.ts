import { createTask, currentTask, type Future, run } from "../../loop/mod.ts";
import { loadEffect, loadEffection } from "./peers.ts";
import { timed } from "./timed.ts";
import { withUserContext } from "./user_context.ts";
import { bothStyles, type Work } from "./work.ts";

/** Both ends of a table over which two tasks hand a future each. */
class Table<T> {
  ball: T;
  back: T;
  constructor(make: () => T) {
    this.ball = make();
    this.back = make();
  }
}

function newFuture(): Future<void> {
  return currentTask()!.getLoop().createFuture<void>();
}

function* pingGenerator(table: Table<Future<void>>, times: number) {
  for (let index = 0; index < times; index++) {
    const back = table.back;
    table.ball.setResult();
    yield* back;
  }
}

function* pongGenerator(table: Table<Future<void>>, times: number) {
  for (let index = 0; index < times; index++) {
    yield* table.ball;
    const back = table.back;
    table.ball = newFuture();
    table.back = newFuture();
    back.setResult();
  }
}

async function pingAsync(
  table: Table<Future<void>>,
  times: number,
): Promise<void> {
  for (let index = 0; index < times; index++) {
    const back = table.back;
    table.ball.setResult();
    await back;
  }
}

async function pongAsync(
  table: Table<Future<void>>,
  times: number,
): Promise<void> {
  for (let index = 0; index < times; index++) {
    await table.ball;
    const back = table.back;
    table.ball = newFuture();
    table.back = newFuture();
    back.setResult();
  }
}

function runGenerators(operations: number): Promise<void> {
  return withUserContext(() =>
    run(function* () {
      const table = new Table(newFuture);
      const pong = createTask(pongGenerator(table, operations));
      yield* createTask(pingGenerator(table, operations));
      yield* pong;
    })
  );
}

function runAsync(operations: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      const table = new Table(newFuture);
      const pong = createTask(() => pongAsync(table, operations));
      await createTask(() => pingAsync(table, operations));
      await pong;
    })
  );
}

async function runPromises(operations: number): Promise<void> {
  const table = new Table(() => Promise.withResolvers<void>());
  async function ping(): Promise<void> {
    for (let index = 0; index < operations; index++) {
      const back = table.back;
      table.ball.resolve();
      await back.promise;
    }
  }
  async function pong(): Promise<void> {
    for (let index = 0; index < operations; index++) {
      await table.ball.promise;
      const back = table.back;
      table.ball = Promise.withResolvers<void>();
      table.back = Promise.withResolvers<void>();
      back.resolve();
    }
  }
  await Promise.all([pong(), ping()]);
}

async function runEffect(operations: number): Promise<void> {
  const { Deferred, Effect, Fiber } = await loadEffect();
  await Effect.runPromise(Effect.gen(function* () {
    const table = new Table(() => Deferred.makeUnsafe<void>());
    const pong = yield* Effect.forkChild(Effect.gen(function* () {
      for (let index = 0; index < operations; index++) {
        yield* Deferred.await(table.ball);
        const back = table.back;
        table.ball = Deferred.makeUnsafe<void>();
        table.back = Deferred.makeUnsafe<void>();
        yield* Deferred.succeed(back, undefined);
      }
    }));
    for (let index = 0; index < operations; index++) {
      const back = table.back;
      yield* Deferred.succeed(table.ball, undefined);
      yield* Deferred.await(back);
    }
    yield* Fiber.join(pong);
  }));
}

async function runEffection(operations: number): Promise<void> {
  const { run, spawn, withResolvers } = await loadEffection();
  await run(function* () {
    const table = new Table(() => withResolvers<void>());
    const pong = yield* spawn(function* () {
      for (let index = 0; index < operations; index++) {
        yield* table.ball.operation;
        const back = table.back;
        table.ball = withResolvers<void>();
        table.back = withResolvers<void>();
        back.resolve();
      }
    });
    for (let index = 0; index < operations; index++) {
      const back = table.back;
      table.ball.resolve();
      yield* back.operation;
    }
    yield* pong;
  });
}

/** Two tasks that wake each other through futures: two switches and two futures an operation. */
export const PING_PONG: Work = {
  suite: "micro",
  name: "ping-pong",
  title: "future ping-pong (2 switches)",
  unit: "ns",
  baseline: "promises",
  cpython: true,
  budgets: [...bothStyles("effect", 1), ...bothStyles("effection", 1)],
  subjects: {
    "promises": timed(runPromises),
    "generator": timed(runGenerators),
    "async": timed(runAsync),
    "effect": timed(runEffect),
    "effection": timed(runEffection),
  },
};
