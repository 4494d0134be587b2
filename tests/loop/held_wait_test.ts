import { assert, assertEquals } from "@std/assert";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { wait } from "../../loop/wait.ts";
import { Queue } from "../../queues/queue.ts";

/** Longer than a slice, so that the next look at the clock ends one. */
const SPIN_MILLISECONDS = 1.5;

/** The clock is looked at now and then: one of so many tries meets it. */
const TRIES = 100;

function spin(): void {
  const end = performance.now() + SPIN_MILLISECONDS;
  while (performance.now() < end);
}

function onRealLoop(name: string, body: () => Promise<void>): void {
  Deno.test(name, () => run(body, { loopFactory: () => new BaseEventLoop() }));
}

onRealLoop(
  "a task that is cancelled while it holds a result returns it",
  async () => {
    const queue = new Queue<number>();
    const got: number[] = [];
    let held = 0;
    for (let index = 0; index < TRIES; index++) {
      queue.putNowait(index);
      const task = createTask(async () => {
        spin();
        return await queue.get();
      });
      await sleep(0);
      const asked = task.cancel();
      await wait([task]);
      if (asked && !task.cancelled()) held++;
      got.push(task.cancelled() ? await queue.get() : task.result());
    }
    assertEquals(got, Array.from({ length: TRIES }, (_, index) => index));
    assert(held > 0);
  },
);

onRealLoop(
  "a task that holds a result is cancelled at its next wait",
  async () => {
    for (let index = 0; index < TRIES; index++) {
      const queue = new Queue<number>();
      for (let item = 0; item < TRIES; item++) queue.putNowait(item);
      const got: number[] = [];
      const task = createTask(async () => {
        spin();
        for (;;) got.push(await queue.get());
      });
      getRunningLoop().callSoon(() => task.cancel());
      await wait([task]);
      assert(task.cancelled());
      assertEquals(got.length + queue.qsize(), TRIES);
    }
  },
);

onRealLoop("a timeout does not take a result that is held", async () => {
  for (let index = 0; index < TRIES; index++) {
    const queue = new Queue<number>();
    queue.putNowait(index);
    const body = async () => {
      spin();
      return await queue.get();
    };
    const deadline = SPIN_MILLISECONDS / 2000;
    assertEquals(await timeout(deadline, body), index);
  }
});
