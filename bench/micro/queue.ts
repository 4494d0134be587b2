import { createTask, run } from "../../loop/mod.ts";
import { Queue } from "../../queues/mod.ts";
import { loadEffect, loadEffection } from "./peers.ts";
import { timed } from "./timed.ts";
import { checkUserContext, withUserContext } from "./user_context.ts";
import { v8Alone } from "./v8_alone.ts";
import { bothStyles, type Work } from "./work.ts";

function* produce(queue: Queue<number>, times: number) {
  for (let index = 0; index < times; index++) yield* queue.put(index);
}

function* consume(queue: Queue<number>, times: number) {
  for (let index = 0; index < times; index++) yield* queue.get();
  checkUserContext();
}

async function produceAsync(
  queue: Queue<number>,
  times: number,
): Promise<void> {
  for (let index = 0; index < times; index++) await queue.put(index);
}

async function consumeAsync(
  queue: Queue<number>,
  times: number,
): Promise<void> {
  for (let index = 0; index < times; index++) await queue.get();
  checkUserContext();
}

/** How many producers (and as many consumers) share a queue of which size. */
interface Shape {
  readonly pairs: number;
  readonly maxsize: number;
}

function runGenerators(
  { pairs, maxsize }: Shape,
  times: number,
): Promise<void> {
  return withUserContext(() =>
    run(function* () {
      const queue = new Queue<number>(maxsize);
      const tasks = [];
      for (let pair = 0; pair < pairs; pair++) {
        tasks.push(
          createTask(produce(queue, times)),
          createTask(consume(queue, times)),
        );
      }
      for (const task of tasks) yield* task;
    })
  );
}

function runAsync({ pairs, maxsize }: Shape, times: number): Promise<void> {
  return withUserContext(() =>
    run(async () => {
      const queue = new Queue<number>(maxsize);
      const tasks = [];
      for (let pair = 0; pair < pairs; pair++) {
        tasks.push(
          createTask(() => produceAsync(queue, times)),
          createTask(() => consumeAsync(queue, times)),
        );
      }
      for (const task of tasks) await task;
    })
  );
}

async function runEffect(
  { pairs, maxsize }: Shape,
  times: number,
): Promise<void> {
  const { Effect, Fiber, Queue } = await loadEffect();
  await Effect.runPromise(Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(maxsize);
    const fibers = [];
    for (let pair = 0; pair < pairs; pair++) {
      fibers.push(
        yield* Effect.forkChild(Effect.gen(function* () {
          for (let index = 0; index < times; index++) {
            yield* Queue.offer(queue, index);
          }
        })),
        yield* Effect.forkChild(Effect.gen(function* () {
          for (let index = 0; index < times; index++) yield* Queue.take(queue);
        })),
      );
    }
    for (const fiber of fibers) yield* Fiber.join(fiber);
  }));
}

/** effection's queue has no bound: its producer adds one item and waits for a promise turn, so that they alternate. */
async function runEffection({ pairs }: Shape, times: number): Promise<void> {
  const { createQueue, run, spawn, until } = await loadEffection();
  await run(function* () {
    const queue = createQueue<number, never>();
    const tasks = [];
    for (let pair = 0; pair < pairs; pair++) {
      tasks.push(
        yield* spawn(function* () {
          for (let index = 0; index < times; index++) {
            queue.add(index);
            yield* until(Promise.resolve());
          }
        }),
        yield* spawn(function* () {
          for (let index = 0; index < times; index++) yield* queue.next();
        }),
      );
    }
    for (const task of tasks) yield* task;
  });
}

function queueWork(name: string, title: string, shape: Shape): Work {
  const { pairs } = shape;
  return {
    suite: "micro",
    name,
    title,
    unit: "ns",
    cpython: true,
    budgets: [
      ...bothStyles("cpython", 5),
      ...bothStyles("effect", 1),
      ...bothStyles("effection", 1),
    ],
    subjects: {
      "generator": timed(
        (operations) => runGenerators(shape, operations / pairs),
        pairs,
      ),
      "async": timed(
        (operations) => runAsync(shape, operations / pairs),
        pairs,
      ),
      "V8's await alone": v8Alone(2),
      "effect": timed(
        (operations) => runEffect(shape, operations / pairs),
        pairs,
      ),
      "effection": timed(
        (operations) => runEffection(shape, operations / pairs),
        pairs,
      ),
    },
  };
}

/** Items through a queue: one producer and one consumer that wait for each other every time, and fifty of each. */
export const QUEUE: readonly Work[] = [
  queueWork("queue-2", "Queue(1) put + get, 2 tasks", { pairs: 1, maxsize: 1 }),
  queueWork("queue-100", "Queue(10) put + get, 100 tasks", {
    pairs: 50,
    maxsize: 10,
  }),
];
