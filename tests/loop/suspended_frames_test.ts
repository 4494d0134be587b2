import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { CoroutineGenerator } from "../../loop/awaitables.ts";
import { coroutine } from "../../loop/coroutine_function.ts";
import { DeadlockError } from "../../loop/errors.ts";
import type { Future } from "../../loop/futures.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { taskGroup } from "../../loop/task_groups.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { wait } from "../../loop/wait.ts";
import { Queue } from "../../queues/queue.ts";
import { Barrier } from "../../sync/barrier.ts";
import { Condition } from "../../sync/condition.ts";
import { Event } from "../../sync/event.ts";
import { Lock } from "../../sync/lock.ts";
import { Semaphore } from "../../sync/semaphore.ts";
import { testVirtual } from "./_support.ts";

// What a suspended generator tells of itself when it is asked (D5, K17).

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await sleep(0);
}

async function end(task: Task<unknown>): Promise<void> {
  task.cancel();
  await wait([task]);
}

function* fetchItem(queue: Queue<number>): CoroutineGenerator<number> {
  return yield* queue.get();
}

function* work(queue: Queue<number>): CoroutineGenerator<number> {
  return yield* fetchItem(queue);
}

testVirtual(
  "Task.getStack() tells where the generators of a task stand",
  async () => {
    const queue = new Queue<number>();
    const task = createTask(work(queue), { name: "worker" });
    await settle();
    const [waits, inner, outer, ...others] = task.getStack();
    assertEquals(waits, "Queue.get");
    assertMatch(inner!, /^fetchItem \(.*suspended_frames_test\.ts:\d+:\d+\)$/);
    assertMatch(outer!, /^work \(.*suspended_frames_test\.ts:\d+:\d+\)$/);
    assertEquals(others, []);
    assertEquals(task.getStack({ limit: 2 }), [waits, inner]);
    assertEquals(
      String(task),
      "<Task pending name='worker' coro=work wait_for=Queue.get>",
    );
    queue.putNowait(7);
    assertEquals(await task, 7);
    assertEquals(task.getStack(), ["generator"]);
  },
);

/** Waits as deep in generators as it is told. */
function* dive(queue: Queue<number>, depth: number): CoroutineGenerator<void> {
  if (depth > 1) yield* dive(queue, depth - 1);
  else yield* queue.get();
}

testVirtual(
  "Task.getStack() tells all of deep and shallow tasks in turn",
  async () => {
    const queue = new Queue<number>();
    const depths = [1, 45, 2, 5, 20, 20, 3];
    const tasks = depths.map((depth) => createTask(dive(queue, depth)));
    const deep = createTask(dive(queue, 300));
    await settle();
    for (const [index, task] of tasks.entries()) {
      const frames = task.getStack().filter((line) => /^dive \(/.test(line));
      assertEquals(frames.length, depths[index]);
    }
    // The innermost ones, for each of which V8 counts two frames.
    assertEquals(deep.getStack().length, 51);
    assertEquals(tasks[0]!.getStack().length, 2);
    for (const task of [...tasks, deep]) await end(task);
  },
);

testVirtual("Task.getStack() looks into bodies of both styles", async () => {
  const queue = new Queue<number>();
  const inner = coroutine(function* inner() {
    yield* queue.get();
  });
  async function native(): Promise<void> {
    await timeout(9, inner);
  }
  const task = createTask(native);
  await settle();
  const [waits, frame, ...others] = task.getStack();
  assertEquals(waits, "Queue.get");
  assertMatch(frame!, /^inner \(/);
  assertEquals(others, ["native"]);
  await end(task);
});

testVirtual("to be described changes nothing of a generator", async () => {
  const steps: string[] = [];
  const queue = new Queue<number>();
  const future = getRunningLoop().createFuture<string>();
  function* careful(): CoroutineGenerator<void> {
    try {
      steps.push(`item ${yield* queue.get()}`);
      // No yield*: nothing stands between the question and this function.
      steps.push(`bare ${yield future}`);
      steps.push(`then ${yield* future}`);
      yield* sleep(0);
      steps.push("turned");
      yield* sleep(5);
    } finally {
      steps.push("cleaned up");
    }
  }
  const task = createTask(careful());
  async function look(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      for (let time = 0; time < 3; time++) {
        assertEquals(task.getStack().length >= 1, true);
        assertMatch(String(task), /^<Task pending/);
      }
      await sleep(0);
    }
  }
  await look();
  queue.putNowait(1);
  await look();
  assertEquals(steps, ["item 1"]);
  future.setResult("done");
  await look();
  assertEquals(steps, ["item 1", "bare undefined", "then done", "turned"]);
  await end(task);
  assertEquals(task.cancelled(), true);
  assertEquals(steps.at(-1), "cleaned up");
});

testVirtual("an iterator of the user's is asked like a generator", async () => {
  const future: Future<number> = getRunningLoop().createFuture<number>();
  const steps = future[Symbol.iterator]();
  /** Hands on what it gets, but not what it is given. */
  const wrapper = {
    [Symbol.iterator]: () => wrapper,
    next: () => steps.next() as IteratorResult<Future<unknown>, number>,
    throw: (error: unknown) =>
      steps.throw!(error) as IteratorResult<never, never>,
  };
  const task = createTask(function* wraps() {
    return yield* wrapper;
  });
  await settle();
  assertMatch(task.getStack()[1]!, /next/);
  future.setResult(3);
  assertEquals(await task, 3);
});

testVirtual("an iterator that hands no question on is asked once", async () => {
  const future: Future<number> = getRunningLoop().createFuture<number>();
  const wait = future[Symbol.iterator]().next();
  let steps = 0;
  const mute = {
    [Symbol.iterator]: () => mute,
    next(): IteratorResult<Future<unknown>, number> {
      steps++;
      if (future.done()) return { done: true, value: future.result() };
      return wait as IteratorYieldResult<Future<unknown>>;
    },
  };
  const task = createTask(function* hidden() {
    return yield* mute;
  });
  await settle();
  assertEquals(steps, 1);
  assertEquals(task.getStack().slice(1), ["hidden"]);
  assertEquals(steps, 2);
  future.setResult(3);
  assertEquals(await task, 3);
});

testVirtual("who formats stacks otherwise is not asked", async () => {
  const task = createTask(work(new Queue()));
  await settle();
  const formatter = Error as { prepareStackTrace?: unknown };
  formatter.prepareStackTrace = (_: Error, sites: unknown[]) => sites;
  try {
    assertEquals(task.getStack().length, 3);
    assertMatch(String(task), /coro=work /);
    assertEquals(typeof formatter.prepareStackTrace, "function");
  } finally {
    delete formatter.prepareStackTrace;
  }
  await end(task);
});

Deno.test("a deadlock tells where each generator stands", async () => {
  const error = await assertRejects(
    () =>
      run(function* main() {
        yield* createTask(() => work(new Queue()), { name: "stuck" });
      }, { loopFactory: () => new VirtualTimeEventLoop() }),
    DeadlockError,
  );
  assertMatch(
    error.message,
    /\n {2}<Task .*\n {4}at main \(.*\n {2}<Task pending name='stuck' coro=work wait_for=Queue\.get>\n {4}at fetchItem \(.*\n {4}at work \(.*\)$/,
  );
});

/** A wait that lasts, and what it is called in reports. */
const WAITS: [name: string, make: () => PromiseLike<unknown>][] = [
  ["Queue.get", () => new Queue().get()],
  ["Queue.join", () => {
    const queue = new Queue<number>();
    queue.putNowait(1);
    return queue.join();
  }],
  ["Event.wait", () => new Event().wait()],
  ["Barrier.wait", () => new Barrier(2).wait()],
  ["Semaphore.acquire", () => new Semaphore(0).acquire()],
  ["sleep", () => sleep(9)],
  ["wait", () => wait([createTask(sleep(9))])],
  ["taskGroup", () =>
    taskGroup(async (group) => {
      group.createTask(sleep(9));
    })],
  ["Lock.acquire", () => {
    const lock = new Lock();
    return lock.with(() => lock.with(async () => {}));
  }],
  ["Condition.wait", () => {
    const condition = new Condition();
    return condition.with(() => condition.wait());
  }],
];

for (const [name, make] of WAITS) {
  testVirtual(
    `a task that waits in ${name} says so in both styles`,
    async () => {
      const tasks = [
        createTask(function* () {
          return yield* make() as Future<unknown>;
        }),
        createTask(async () => await make()),
      ];
      await settle();
      for (const task of tasks) {
        const described = /wait_for=(.*)>$/.exec(String(task))?.[1];
        // A barrier is a condition inside, as generators can tell.
        const expected = name === "Barrier.wait" && task === tasks[0]
          ? "Condition.wait"
          : name;
        assertEquals(described, expected);
        assertEquals(task.getStack()[0], expected);
        await end(task);
      }
    },
  );
}
