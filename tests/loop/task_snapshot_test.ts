import { assertEquals, assertMatch } from "@std/assert";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import {
  describeTasks,
  describeTasksGently,
} from "../../loop/task_snapshot.ts";
import { nameOfFrame } from "../../loop/task_stack.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { wait } from "../../loop/wait.ts";
import { Queue } from "../../queues/queue.ts";
import { testVirtual } from "./_support.ts";

const MANY = 250;

/** Makes many tasks that sleep, of which the first is awaited by the last. */
function makeNaps() {
  const first = createTask(sleep(60), { name: "nap 0" });
  const others = Array.from(
    { length: MANY - 2 },
    (_, i) => createTask(sleep(60), { name: `nap ${i + 1}` }),
  );
  function* boss() {
    yield* first;
  }
  return [first, ...others, createTask(boss(), { name: "boss" })];
}

testVirtual(
  "describeTasksGently() tells what describeTasks() tells",
  async () => {
    const naps = makeNaps();
    await sleep(1);
    const told = await createTask(describeTasksGently(naps));
    assertEquals(told, describeTasks(naps));
    assertEquals(told[0]!.awaitedBy, [MANY]);
    assertMatch(told.at(-1)!.stack[1]!, /^boss \(/);
    for (const nap of naps) nap.cancel();
    await wait(naps);
  },
);

testVirtual(
  "describeTasksGently() lets time pass after 100 stacks",
  async () => {
    const naps = makeNaps();
    await sleep(1);
    const began = getRunningLoop().time();
    await createTask(describeTasksGently(naps));
    const pauses = (getRunningLoop().time() - began) / 0.001;
    assertEquals(Math.round(pauses), Math.floor(MANY / 100));
    for (const nap of naps) nap.cancel();
    await wait(naps);
  },
);

testVirtual(
  "describeTasksGently() tells who waits at the moment of the call",
  async () => {
    const naps = makeNaps();
    await sleep(1);
    const before = describeTasks(naps);
    const telling = createTask(describeTasksGently(naps));
    await sleep(0);
    for (const nap of naps) nap.cancel();
    await wait(naps);
    const told = await telling;
    const withoutStack = (tasks: typeof told) =>
      tasks.map((task) => ({ ...task, stack: [] }));
    assertEquals(withoutStack(told), withoutStack(before));
    // The first was asked before it ended, the last only afterwards.
    assertEquals(told[0], before[0]);
    assertEquals(before.at(-2)!.stack, ["sleep", "<Coroutine sleep>"]);
    assertEquals(told.at(-2)!.stack, ["<Coroutine sleep>"]);
  },
);

testVirtual(
  "describeTasksGently() tells where async functions stand",
  async () => {
    const queue = new Queue<number>();
    async function take(): Promise<number> {
      return await queue.get();
    }
    async function work(): Promise<number> {
      return await timeout(60, async function hurry() {
        return await take() + 1;
      });
    }
    const worker = createTask(work);
    await sleep(1);
    for (let asked = 0; asked < 2; asked++) {
      const [told] = await createTask(describeTasksGently([worker]));
      assertEquals(told!.stack.map(nameOfFrame), [
        "Queue.get",
        "take",
        "hurry",
        "work",
      ]);
      assertMatch(told!.stack[1]!, /task_snapshot_test\.ts:\d+:\d+\)$/);
    }
    // Nobody has noticed.
    queue.putNowait(1);
    assertEquals(await worker, 2);
  },
);
