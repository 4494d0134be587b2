import { createTask, run } from "../../loop/mod.ts";
import { Queue } from "../../queues/mod.ts";
import { loadEffect, loadFastq, loadPQueue } from "./peers.ts";
import { timed } from "./timed.ts";
import { withUserContext } from "./user_context.ts";
import { v8Alone } from "./v8_alone.ts";
import { bothStyles, type Work } from "./work.ts";

const WORKERS = 100;

function* job() {}

async function jobAsync(): Promise<void> {}

function* work(queue: Queue<number>) {
  for (;;) {
    yield* queue.get();
    yield* job();
    queue.taskDone();
  }
}

async function workAsync(queue: Queue<number>): Promise<void> {
  for (;;) {
    await queue.get();
    await jobAsync();
    queue.taskDone();
  }
}

function runGenerators(operations: number): Promise<void> {
  return withUserContext(() =>
    run(function* () {
      const queue = new Queue<number>();
      for (let worker = 0; worker < WORKERS; worker++) createTask(work(queue));
      for (let index = 0; index < operations; index++) queue.putNowait(index);
      yield* queue.join();
    })
  );
}

function runAsync(operations: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      const queue = new Queue<number>();
      for (let worker = 0; worker < WORKERS; worker++) {
        createTask(() => workAsync(queue));
      }
      for (let index = 0; index < operations; index++) queue.putNowait(index);
      await queue.join();
    })
  );
}

async function runFastq(operations: number): Promise<void> {
  const queue = (await loadFastq()).promise(jobAsync, WORKERS);
  for (let index = 0; index < operations; index++) void queue.push(index);
  await queue.drained();
}

async function runPQueue(operations: number): Promise<void> {
  const queue = new (await loadPQueue())({ concurrency: WORKERS });
  for (let index = 0; index < operations; index++) void queue.add(jobAsync);
  await queue.onIdle();
}

async function runEffect(operations: number): Promise<void> {
  const { Effect, Fiber, Queue } = await loadEffect();
  await Effect.runPromise(Effect.gen(function* () {
    const queue = yield* Queue.unbounded<number>();
    let left = operations;
    const worker = Effect.gen(function* () {
      while (left > 0) {
        left -= 1;
        yield* Queue.take(queue);
      }
    });
    const fibers = [];
    for (let index = 0; index < WORKERS; index++) {
      fibers.push(yield* Effect.forkChild(worker));
    }
    for (let index = 0; index < operations; index++) {
      yield* Queue.offer(queue, index);
    }
    for (const fiber of fibers) yield* Fiber.join(fiber);
  }));
}

/** Jobs through a pool of a hundred workers until all are done; what fastq and p-queue are made for. */
export const JOBS: Work = {
  suite: "micro",
  name: "jobs",
  title: "job through 100 workers",
  unit: "ns",
  cpython: true,
  budgets: [
    ...bothStyles("cpython", 5),
    ...bothStyles("effect", 1),
    ...bothStyles("p-queue", 1),
  ],
  subjects: {
    "generator": timed(runGenerators),
    "async": timed(runAsync),
    "V8's await alone": v8Alone(1),
    "effect": timed(runEffect),
    "fastq (no cancel)": timed(runFastq),
    "p-queue": timed(runPQueue),
  },
};
