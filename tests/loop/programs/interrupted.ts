/**
 * A program to press Ctrl-C in. Its argument tells how main takes it; it prints
 * "ready" when it can be interrupted.
 */
import { coroutine } from "../../../loop/coroutine_function.ts";
import { run } from "../../../loop/runners.ts";
import { sleep } from "../../../loop/sleep.ts";
import { createTask, currentTask } from "../../../loop/tasks.ts";

const [how, handling] = Deno.args;

const mains: Record<string, () => Promise<unknown> | Generator> = {
  /** Cleans up, which takes time. */
  async tidy() {
    console.log("ready");
    try {
      await sleep(60);
    } finally {
      await sleep(0.01);
      console.log("clean");
    }
  },
  /** The same as a generator. */
  *generator() {
    console.log("ready");
    try {
      yield* sleep(60);
    } finally {
      yield* sleep(0.01);
      console.log("clean");
    }
  },
  /** Never waits for long. */
  async spinning() {
    console.log("ready");
    for (;;) await sleep(0);
  },
  /** Refuses the first request, ends at the next. */
  async stubborn() {
    console.log("ready");
    try {
      await sleep(60);
    } catch {
      console.log("refused");
    }
    try {
      await sleep(60);
    } finally {
      console.log("given in");
    }
  },
  /** Takes the request for a hint, and returns. */
  async graceful() {
    console.log("ready");
    try {
      await sleep(60);
    } catch {
      currentTask()!.uncancel();
    }
    return "result";
  },
  /** Leaves a task behind whose cleaning up takes longer than main's. */
  async parent() {
    createTask(async () => {
      try {
        await sleep(60);
      } finally {
        await sleep(0.05);
        console.log("child is clean");
      }
    });
    await sleep(0);
    console.log("ready");
    await sleep(60);
  },
  /** Ends by another error than the cancellation. */
  async failing() {
    console.log("ready");
    try {
      await sleep(60);
    } catch {
      throw new RangeError("while cleaning up");
    }
  },
  /** Waits in a coroutine that a task of its own runs. */
  async deep() {
    const innermost = coroutine(function* () {
      console.log("ready");
      try {
        yield* sleep(60);
      } finally {
        console.log("innermost");
      }
    });
    await createTask(async () => await innermost());
  },
};

const main = mains[how ?? ""]!;

if (handling === "caught") {
  try {
    console.log(`result: ${await run(main as () => Promise<unknown>)}`);
  } catch (error) {
    console.log(`caught ${error}`);
  }
  console.log("after");
} else if (handling === "after") {
  await run(main as () => Promise<unknown>).catch(() => {});
  console.log("after");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
} else await run(main as () => Promise<unknown>);
