/**
 * A program to send signals to. Its argument tells what it does with them; it
 * prints "ready" when they may come.
 */
import { DenoEventLoop } from "../../../loop/deno_event_loop.ts";
import { run, type RunOptions } from "../../../loop/runners.ts";
import { getRunningLoop } from "../../../loop/running.ts";
import { sleep } from "../../../loop/sleep.ts";
import { createTask, currentTask } from "../../../loop/tasks.ts";
import { Event } from "../../../sync/event.ts";

/** Waits for SIGTERM by a handler, and for nothing else. */
async function waitForHandler() {
  const loop = getRunningLoop();
  const stop = new Event();
  loop.addSignalHandler("SIGTERM", () => stop.set());
  console.log("ready");
  await stop.wait();
  console.log("told to stop");
}

/** Cleans up for some time when cancelled. */
async function cleanUp(seconds: number, name = "main") {
  try {
    await sleep(60);
  } finally {
    await sleep(seconds);
    console.log(`${name} is clean`);
  }
}

const programs: Record<string, () => Promise<unknown>> = {
  /** Is woken by the handler alone; nothing else keeps it alive. */
  handler: () => run(waitForHandler),
  /** As before, on a loop without a run guard. */
  async bare() {
    const loop = new DenoEventLoop();
    await loop.runUntilComplete(waitForHandler);
    loop.close();
    console.log("closed");
    await sleep(60);
  },
  /** The handler throws at the first signal. */
  throwing: () =>
    run(async () => {
      const loop = getRunningLoop();
      const stop = new Event();
      let count = 0;
      loop.setExceptionHandler((_loop, { message, exception }) => {
        console.log(`${message}: ${exception}`);
      });
      loop.addSignalHandler("SIGUSR1", function handle() {
        console.log(`signal ${++count}`);
        if (count === 1) throw new Error("first");
        stop.set();
      });
      console.log("ready");
      await stop.wait();
    }),
  /** Removes its handler, after which the signal does what it did. */
  removed: () =>
    run(async () => {
      const loop = getRunningLoop();
      loop.addSignalHandler("SIGTERM", () => console.log("wrong"));
      console.log(loop.removeSignalHandler("SIGTERM"));
      await sleep(0.01);
      console.log("ready");
      await sleep(60);
    }),
  /** Its loop is closed, after which the signal does what it did. */
  async closed() {
    await run(async () => {
      getRunningLoop().addSignalHandler("SIGTERM", () => console.log("wrong"));
    });
    console.log("ready");
    await sleep(60);
  },
  /** A handler for Ctrl-C stands in for what run() does. */
  interrupt: () =>
    run(async () => {
      const loop = getRunningLoop();
      const stop = new Event();
      loop.addSignalHandler("SIGINT", () => stop.set());
      console.log("ready");
      await stop.wait();
      console.log(`cancelling: ${currentTask()!.cancelling()}`);
      loop.removeSignalHandler("SIGINT");
      await stop.wait();
      console.log("again");
      await sleep(60);
    }),
  /** A handler for SIGTERM stands in for what run() does. */
  instead: () => run(waitForHandler, { handleSigterm: true }),
  /** Cleans up in time. */
  tidy: () => terminable(() => cleanUp(0.05)),
  /** As before, after a task of the group. */
  stuck: () => terminable(() => cleanUp(60), { gracePeriod: 0.1 }),
  /** Main ends in time; what it leaves behind does not. */
  stuckChild: () =>
    terminable(async () => {
      createTask(() => cleanUp(60, "child"), { name: "child" });
      await cleanUp(0);
    }, { gracePeriod: 0.1 }),
  /** Main ends in time, and so does what it leaves behind. */
  tidyChild: () =>
    terminable(async () => {
      createTask(() => cleanUp(0.05, "child"));
      await cleanUp(0);
    }),
  /** Main ends by itself, and what it leaves behind cleans up. */
  late: () =>
    run(async () => {
      createTask(async () => {
        try {
          await sleep(60);
        } finally {
          console.log("main has ended");
          await sleep(0.1);
          console.log("child is clean");
        }
      });
      await sleep(0);
    }, { handleSigterm: true }),
  /** Takes the signal for a hint, and returns. */
  graceful: () =>
    terminable(async () => {
      await cleanUp(0).catch(() => {});
      return "result";
    }),
  /** Can never end, which SIGTERM's listener must not hide. */
  deadlocked: () =>
    run(() => new Event().wait().then(() => {}), { handleSigterm: true }),
  /** Ends by another error than the cancellation. */
  failing: () =>
    terminable(async () => {
      await cleanUp(0).catch(() => {});
      throw new RangeError("while cleaning up");
    }),
};

function terminable(main: () => Promise<unknown>, options: RunOptions = {}) {
  return run(async () => {
    createTask(async () => console.log("ready"));
    return await main();
  }, { handleSigterm: true, ...options });
}

const [how, handling] = Deno.args;
const program = programs[how!]!;
if (handling === "caught") {
  try {
    console.log(`result: ${await program()}`);
  } catch (error) {
    console.log(`caught ${error}`);
  }
} else await program();
