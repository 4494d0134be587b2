import { createTask, run, sleep } from "../../loop/mod.ts";
import { Lock } from "../../sync/mod.ts";
import { loadAsyncMutex, loadEffect } from "./peers.ts";
import { timed } from "./timed.ts";
import { withUserContext } from "./user_context.ts";
import { v8Alone } from "./v8_alone.ts";
import { bothStyles, type Work } from "./work.ts";

const TASKS = 10;

function* acquireFree(operations: number) {
  const lock = new Lock();
  for (let index = 0; index < operations; index++) {
    yield* lock.acquire();
    lock.release();
  }
}

async function acquireFreeAsync(operations: number): Promise<void> {
  const lock = new Lock();
  for (let index = 0; index < operations; index++) {
    await lock.acquire();
    lock.release();
  }
}

function* contend(lock: Lock, times: number) {
  for (let index = 0; index < times; index++) {
    yield* lock.acquire();
    yield* sleep(0);
    lock.release();
  }
}

async function contendAsync(lock: Lock, times: number): Promise<void> {
  for (let index = 0; index < times; index++) {
    await lock.acquire();
    await sleep(0);
    lock.release();
  }
}

function runContended(operations: number): Promise<void> {
  return withUserContext(() =>
    run(function* () {
      const lock = new Lock();
      const tasks = [];
      for (let task = 0; task < TASKS; task++) {
        tasks.push(createTask(contend(lock, operations / TASKS)));
      }
      for (const task of tasks) yield* task;
    })
  );
}

function runContendedAsync(operations: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      const lock = new Lock();
      const tasks = [];
      for (let task = 0; task < TASKS; task++) {
        tasks.push(createTask(() => contendAsync(lock, operations / TASKS)));
      }
      for (const task of tasks) await task;
    })
  );
}

async function mutexFree(operations: number): Promise<void> {
  const mutex = new (await loadAsyncMutex()).Mutex();
  for (let index = 0; index < operations; index++) (await mutex.acquire())();
}

async function mutexContended(operations: number): Promise<void> {
  const mutex = new (await loadAsyncMutex()).Mutex();
  async function contend(): Promise<void> {
    for (let index = 0; index < operations / TASKS; index++) {
      const release = await mutex.acquire();
      await null;
      release();
    }
  }
  await Promise.all(Array.from({ length: TASKS }, contend));
}

async function effectFree(operations: number): Promise<void> {
  const { Effect, Semaphore } = await loadEffect();
  await Effect.runPromise(Effect.gen(function* () {
    const lock = yield* Semaphore.make(1);
    for (let index = 0; index < operations; index++) {
      yield* lock.withPermits(1)(Effect.void);
    }
  }));
}

async function effectContended(operations: number): Promise<void> {
  const { Effect, Fiber, Semaphore } = await loadEffect();
  await Effect.runPromise(Effect.gen(function* () {
    const lock = yield* Semaphore.make(1);
    const body = Effect.gen(function* () {
      for (let index = 0; index < operations / TASKS; index++) {
        yield* lock.withPermits(1)(Effect.yieldNow);
      }
    });
    const fibers = [];
    for (let task = 0; task < TASKS; task++) {
      fibers.push(yield* Effect.forkChild(body));
    }
    for (const fiber of fibers) yield* Fiber.join(fiber);
  }));
}

/** A free lock taken and given back, and one that ten tasks fight over, each holding it across a switch. */
export const LOCK: readonly Work[] = [
  {
    suite: "micro",
    name: "lock-free",
    title: "acquire + release a free Lock",
    unit: "ns",
    cpython: true,
    budgets: [...bothStyles("cpython", 5), ...bothStyles("effect", 1)],
    subjects: {
      "generator": timed((operations) =>
        withUserContext(() => run(() => acquireFree(operations)))
      ),
      "async": timed((operations) =>
        withUserContext(() => run(() => acquireFreeAsync(operations)))
      ),
      "V8's await alone": v8Alone(1),
      "effect": timed(effectFree),
      "async-mutex (no cancel)": timed(mutexFree),
    },
  },
  {
    suite: "micro",
    name: "lock-10",
    title: "Lock across a switch, 10 tasks",
    unit: "ns",
    cpython: true,
    budgets: [...bothStyles("cpython", 5), ...bothStyles("effect", 1)],
    subjects: {
      "generator": timed(runContended, TASKS),
      "async": timed(runContendedAsync, TASKS),
      "effect": timed(effectContended, TASKS),
      "async-mutex (no cancel)": timed(mutexContended, TASKS),
    },
  },
];
