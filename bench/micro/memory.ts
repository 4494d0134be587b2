import {
  createTask,
  currentTask,
  getRunningLoop,
  run,
  sleep,
} from "../../loop/mod.ts";
import { Queue } from "../../queues/mod.ts";
import { loadEffect, loadEffection } from "./peers.ts";
import type { Subject, Work } from "./work.ts";

const COUNT = 50_000;

/** Bytes in use once everything that can be collected has been. */
export async function bytesInUse(): Promise<number> {
  const { gc } = globalThis as unknown as { gc(): void };
  // Finalizers and the objects that only they held take a second and a third round.
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Measures what `build` adds to the heap for each of the objects it makes, while they live. */
function held(
  build: (count: number, measure: () => Promise<void>) => Promise<unknown>,
): Subject {
  return async () => {
    let bytes = NaN;
    await build(100, async () => {});
    const before = await bytesInUse();
    await build(COUNT, async () => {
      bytes = (await bytesInUse() - before) / COUNT;
    });
    return bytes;
  };
}

/** Starts tasks, lets them reach their wait, measures and cancels them. */
function heldTasks(start: () => { cancel(): void }): Subject {
  return held((count, measure) =>
    run(async () => {
      const tasks = Array.from({ length: count }, start);
      await sleep(0);
      await sleep(0);
      await measure();
      for (const task of tasks) task.cancel();
      await sleep(0);
    })
  );
}

function* waitForever() {
  yield* currentTask()!.getLoop().createFuture<void>();
}

async function waitForeverAsync(): Promise<void> {
  await currentTask()!.getLoop().createFuture<void>();
}

function* getOne(queue: Queue<number>) {
  yield* queue.get();
}

async function getOneAsync(queue: Queue<number>): Promise<void> {
  await queue.get();
}

const PROMISES = held(async (count, measure) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = Array.from({ length: count }, async () => await promise);
  await measure();
  resolve();
  await Promise.all(waiting);
});

const EFFECT_IDLE = held(async (count, measure) => {
  const { Effect, Fiber } = await loadEffect();
  const body = Effect.gen(function* () {
    yield* Effect.never;
  });
  const fibers = Array.from({ length: count }, () => Effect.runFork(body));
  await measure();
  await Effect.runPromise(Fiber.interruptAll(fibers));
});

const EFFECT_QUEUE = held(async (count, measure) => {
  const { Effect, Fiber, Queue } = await loadEffect();
  const queue = Effect.runSync(Queue.unbounded<number>());
  const body = Effect.gen(function* () {
    yield* Queue.take(queue);
  });
  const fibers = Array.from({ length: count }, () => Effect.runFork(body));
  await measure();
  await Effect.runPromise(Fiber.interruptAll(fibers));
});

const EFFECTION_IDLE = held(async (count, measure) => {
  const { run, scoped, spawn, suspend, until } = await loadEffection();
  await run(() =>
    scoped(function* () {
      for (let index = 0; index < count; index++) {
        yield* spawn(function* () {
          yield* suspend();
        });
      }
      yield* until(measure());
    })
  );
});

const NATIVE_TIMERS = held(async (count, measure) => {
  const timers = Array.from(
    { length: count },
    () => setTimeout(nothing, 3_600_000),
  );
  await measure();
  timers.forEach(clearTimeout);
});

const TIMERS = held((count, measure) =>
  run(async () => {
    const loop = getRunningLoop();
    const timers = Array.from({ length: count }, () =>
      loop.callLater(3600, nothing));
    await measure();
    for (const timer of timers) {
      timer.cancel();
    }
  })
);

function nothing(): void {}

/** What a task or a timer costs while it stands still. */
export const MEMORY: readonly Work[] = [
  {
    suite: "memory",
    name: "idle-task",
    title: "memory of a task waiting on a future",
    unit: "B",
    baseline: "async call on a promise",
    cpython: true,
    once: true,
    budgets: [],
    subjects: {
      "async call on a promise": PROMISES,
      "generator": heldTasks(() => createTask(waitForever())),
      "async": heldTasks(() => createTask(waitForeverAsync)),
      "effect": EFFECT_IDLE,
      "effection": EFFECTION_IDLE,
    },
  },
  {
    suite: "memory",
    name: "queue-task",
    title: "memory of a task waiting in Queue.get()",
    unit: "B",
    cpython: true,
    once: true,
    budgets: [],
    subjects: {
      "generator": heldTasks(() => createTask(getOne(shared()))),
      "async": heldTasks(() => createTask(() => getOneAsync(shared()))),
      "effect": EFFECT_QUEUE,
    },
  },
  {
    suite: "memory",
    name: "timer",
    title: "memory of a pending timer",
    unit: "B",
    baseline: "setTimeout",
    cpython: false,
    once: true,
    budgets: [],
    subjects: { "setTimeout": NATIVE_TIMERS, "callLater": TIMERS },
  },
];

let sharedQueue: Queue<number> | undefined;

/** The one queue that all the waiting tasks of this process wait for. */
function shared(): Queue<number> {
  return sharedQueue ??= new Queue<number>();
}
