/** A program whose main task can never end; its argument tells why. */
import { wrapFuture } from "../../../loop/ensure_future.ts";
import { run } from "../../../loop/runners.ts";
import { getRunningLoop } from "../../../loop/running.ts";
import { taskGroup } from "../../../loop/task_groups.ts";
import { currentTask } from "../../../loop/tasks.ts";
import { Queue } from "../../../queues/queue.ts";

const waits: Record<string, () => PromiseLike<unknown>> = {
  future: () => getRunningLoop().createFuture(),
  queue: () => new Queue().get(),
  group: () =>
    taskGroup(async (group) => {
      const never = getRunningLoop().createFuture();
      group.createTask(async () => await never, { name: "member" });
      await never;
    }),
  /** Nobody can even cancel this one. */
  deaf: () => new Promise(() => {}),
  /** This one ends: the host still has a timer. */
  host: () =>
    wrapFuture(new Promise((end) => setTimeout(() => end("timer"), 20))),
};

const how = Deno.args[0]!;
let cleanedUp = false;

async function main(): Promise<void> {
  currentTask()!.setName("main");
  try {
    console.log(`${how}: ${await waits[how]!()}`);
  } finally {
    cleanedUp = true;
  }
}

function* generatorMain() {
  currentTask()!.setName("main");
  try {
    yield* getRunningLoop().createFuture<void>();
  } finally {
    cleanedUp = true;
  }
}

const ended = run<void>(how === "generator" ? generatorMain : main);

// Under a top-level await Deno itself gives up, before anybody is asked.
if (Deno.args[1] === "awaited") await ended;
else {
  ended.catch((error) => {
    console.log(String(error));
    if (cleanedUp) console.log("cleaned up");
  });
}
