/** What generator coroutines can do, in one program; prints a line for each. */
import { asCompleted } from "../../../loop/as_completed.ts";
import { frames } from "../../../loop/frames.ts";
import { CancelledError, TimeoutError } from "../../../loop/errors.ts";
import { gather } from "../../../loop/gather.ts";
import { run } from "../../../loop/runners.ts";
import { sleep } from "../../../loop/sleep.ts";
import { taskGroup } from "../../../loop/task_groups.ts";
import { createTask, currentTask } from "../../../loop/tasks.ts";
import { timeout } from "../../../loop/timeouts.ts";
import { VirtualTimeEventLoop } from "../../../loop/virtual_time_event_loop.ts";
import { Queue } from "../../../queues/queue.ts";
import { Lock } from "../../../sync/lock.ts";

function* worker(name: string, queue: Queue<number>, log: string[]) {
  for (;;) {
    const item = yield* queue.get();
    yield* sleep(item);
    log.push(`${currentTask()!.getName()} ${name}${item}`);
    queue.taskDone();
  }
}

function* workers() {
  const queue = new Queue<number>();
  const log: string[] = [];
  yield* taskGroup(function* (group) {
    for (const name of ["a", "b"]) {
      group.createTask(worker(name, queue, log), { name: `task ${name}` });
    }
    for (const item of [3, 1, 1]) yield* queue.put(item);
    yield* queue.join();
    group.cancel();
  });
  console.log(log.join(", "));
}

function* timeouts() {
  try {
    yield* timeout(1, function* () {
      yield* sleep(60);
    });
  } catch (error) {
    console.log(error instanceof TimeoutError ? "timed out" : error);
  }
}

function* cancelling() {
  const task = createTask((function* () {
    try {
      yield* sleep(60);
    } finally {
      yield* sleep(1);
      console.log("cleaned up");
    }
  })());
  yield* sleep(1);
  task.cancel();
  try {
    yield* task;
  } catch (error) {
    console.log(error instanceof CancelledError ? "cancelled" : error);
  }
}

function* combining() {
  const values = yield* gather(sleep(2, "x"), sleep(1, "y"));
  console.log(values.join(""));
  for (const next of asCompleted([sleep(2, "slow"), sleep(1, "fast")])) {
    console.log(yield* next);
  }
}

function* locking() {
  const lock = new Lock();
  yield* lock.with(function* () {
    console.log(`locked: ${lock.locked()}`);
    yield* sleep(1);
  });
  console.log(`locked: ${lock.locked()}`);
}

console.log(`frames: ${frames !== null}`);
await run(function* () {
  yield* workers();
  yield* timeouts();
  yield* cancelling();
  yield* combining();
  yield* locking();
}, { loopFactory: () => new VirtualTimeEventLoop() });
