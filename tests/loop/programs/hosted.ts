/**
 * Programs without a `run()`: they wait at the top level, or schedule something
 * and fall off the end. The argument tells which.
 */
import { coroutine } from "../../../loop/coroutine_function.ts";
import { getEventLoop } from "../../../loop/policy.ts";
import { run } from "../../../loop/runners.ts";
import { getRunningLoop } from "../../../loop/running.ts";
import { sleep } from "../../../loop/sleep.ts";
import { currentTask } from "../../../loop/tasks.ts";
import { timeout } from "../../../loop/timeouts.ts";
import { Queue } from "../../../queues/queue.ts";
import { Lock } from "../../../sync/lock.ts";

const programs: Record<string, () => unknown> = {
  /** A queue between two functions that nobody made tasks of. */
  async queue() {
    const queue = new Queue<number>(1);
    const produce = async () => {
      for (let i = 0; i < 3; i++) await queue.put(i);
      queue.shutdown();
    };
    const producing = produce();
    for (let i = 0; i < 3; i++) console.log(`got ${await queue.get()}`);
    await producing;
  },
  /** A wait that a timer of the host ends. */
  async host() {
    const queue = new Queue<string>();
    setTimeout(() => queue.putNowait("from the host"), 5);
    console.log(await queue.get());
  },
  /** Operations with a body, outside any task. */
  async bodies() {
    const lock = new Lock();
    await lock.with(async () => console.log("locked"));
    try {
      await timeout(0.005, () => sleep(60));
    } catch (error) {
      console.log((error as Error).name);
    }
    console.log(`free: ${!lock.locked()}, task: ${currentTask()}`);
  },
  /** Callbacks and timers; nobody waits for them. */
  callbacks() {
    const loop = getEventLoop();
    loop.callSoon(() => console.log(`soon, ${getRunningLoop() === loop}`));
    loop.callLater(0.005, () => console.log("later"));
    loop.callLater(0.002, () => console.log("not called")).cancel();
    console.log("end of script");
  },
  /** A task that nobody waits for runs to its end. */
  task() {
    getEventLoop().createTask(async () => {
      await sleep(0.005);
      console.log(`task ended, ${currentTask()!.getName()}`);
    }, { name: "background" });
    console.log("end of script");
  },
  /** Waits that nobody will ever end do not keep the process. */
  stuck() {
    const queue = new Queue<number>();
    getEventLoop().createTask(async () => console.log(await queue.get()));
    queue.get().then(console.log);
    console.log("end of script");
  },
  /** The errors of tasks that nobody waits for. */
  lost() {
    getEventLoop().createTask(async () => {
      throw new RangeError("lost");
    });
  },
  /** An error at the top level is the program's own. */
  async failing() {
    const work = coroutine(function* () {
      yield* sleep(0.001);
      throw new RangeError("at the top level");
    });
    await work();
  },
  /** A run in between: the hosted loop goes on before and after it. */
  async mixed() {
    const hosted = getEventLoop();
    await sleep(0.001);
    const ran = await run(async () => {
      await sleep(0.001);
      return getRunningLoop() !== hosted;
    });
    await sleep(0.001);
    console.log(`${ran}, ${getEventLoop() === hosted}`);
  },
  /** Code at the top level takes turns with the callbacks, as a task does. */
  async order() {
    const loop = getEventLoop();
    const again = (n: number) => {
      console.log(`callback ${n}`);
      if (n < 3) loop.callSoon(again, n + 1);
    };
    await sleep(0);
    loop.callSoon(again, 1);
    for (let n = 1; n <= 3; n++) {
      await sleep(0);
      // A step may take several microtasks: it still is one step.
      for (let i = 0; i < 5; i++) await null;
      console.log(`top level ${n}`);
    }
  },
};

await programs[Deno.args[0]!]!();
