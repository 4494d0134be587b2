/** A program that uses executors and should end by itself. */
import { DenoEventLoop } from "../../../loop/deno_event_loop.ts";
import { ProcessPoolExecutor } from "../../../loop/executor/process_pool_executor.ts";
import { toThread } from "../../../loop/executor/threads.ts";
import { WorkerPoolExecutor } from "../../../loop/executor/worker_pool_executor.ts";
import { run } from "../../../loop/runners.ts";
import { getRunningLoop } from "../../../loop/running.ts";
import { sleep } from "../../../loop/sleep.ts";
import { createTask } from "../../../loop/tasks.ts";
import { waitFor } from "../../../loop/wait_for.ts";

type WorkModule = typeof import("../_executor_work.ts");
const module = new URL("../_executor_work.ts", import.meta.url);

const programs: Record<string, () => Promise<void>> = {
  /** Leaves an idle worker behind. */
  async idle() {
    const pool = new WorkerPoolExecutor<WorkModule>(module);
    console.log(await pool.submit("add", 1, 2));
  },
  /** The same with a process. */
  async idleProcess() {
    const pool = new ProcessPoolExecutor<WorkModule>(module);
    console.log(await pool.submit("add", 1, 2));
  },
  /** Waits for nothing but a job. */
  async pending() {
    const pool = new WorkerPoolExecutor<WorkModule>(module);
    pool.submit("slowly", 50, "late").then(console.log);
  },
  /** The same with a process. */
  async pendingProcess() {
    const pool = new ProcessPoolExecutor<WorkModule>(module);
    pool.submit("slowly", 50, "late").then(console.log);
  },
  /** Has a job that cannot be stopped. */
  async wedged() {
    await run(async () => {
      await using pool = new WorkerPoolExecutor<WorkModule>(module);
      await waitFor(pool.submit("spinForever"), 0.1)
        .catch((error) => console.log(String(error)));
    });
    console.log("run() has ended");
  },
  /** Has such a job in the default executor. */
  async wedgedThread() {
    await run(async () => {
      function spin() {
        for (;;);
      }
      createTask(toThread(spin));
      await sleep(0.1);
    });
    console.log("run() has ended");
  },
  /** Has jobs whose errors nobody catches. */
  async dying() {
    const Pool = options[0] === "ProcessPoolExecutor"
      ? ProcessPoolExecutor
      : WorkerPoolExecutor;
    await run(async () => {
      await using pool = new Pool<WorkModule>(module, { maxWorkers: 1 });
      for (const how of ["throwLater", "rejectUnseen"] as const) {
        await pool.submit(how).catch((error) => {
          const { name, cause } = error as Error;
          console.log(`${name} caused by ${cause}`);
        });
      }
      console.log(await pool.submit("add", 1, 1));
    });
  },
  /** Is not allowed to read the module. */
  async unpermitted() {
    await run(async () => {
      const pool = new WorkerPoolExecutor<WorkModule>(module);
      await pool.submit("add", 1, 2).then(
        console.log,
        (error) => console.log((error as Error).message),
      );
      console.log(await toThread((a: number, b: number) => a + b, 1, 2));
      await pool.shutdown();
    });
  },
  /** Is not allowed to start processes. */
  async unpermittedProcess() {
    await run(async () => {
      const pool = new ProcessPoolExecutor<WorkModule>(module);
      try {
        await pool.submit("add", 1, 2);
      } catch (error) {
        console.log(error instanceof Deno.errors.NotCapable, String(error));
      }
      await pool.shutdown();
    });
  },
  /** Uses the default executor of a loop that no run() ends. */
  async closedLoop() {
    const loop = new DenoEventLoop();
    const add = (a: number, b: number) => a + b;
    console.log(await loop.runUntilComplete(toThread(add, 1, 2)));
    loop.close();
  },
  /** Has a job that leaves nothing to send its result through. */
  async closeOutput() {
    await run(async () => {
      await using pool = new ProcessPoolExecutor<WorkModule>(module);
      await pool.submit("closeOutput").catch((error) => {
        console.log(String(error));
      });
      console.log(await pool.submit("add", 1, 2));
    });
  },
  /** Lets a process print. */
  async print() {
    await run(async () => {
      await using pool = new ProcessPoolExecutor<WorkModule>(module);
      await pool.submit("print");
      console.log(await pool.submit("add", 1, 2));
    });
  },
  /** Ends while a process is busy. */
  async abandoned() {
    const pool = new ProcessPoolExecutor<WorkModule>(module);
    console.log(await pool.submit(() => Deno.pid));
    pool.submit("spinForever");
    await new Promise((resolve) => setTimeout(resolve, 50));
    Deno.exit(7);
  },
  /** Is killed while a process of it computes, for a while. */
  async killed() {
    const pool = new ProcessPoolExecutor<WorkModule>(module);
    console.log(await pool.submit(() => Deno.pid));
    await pool.submit("spinFor", 300);
  },
  /** Has its processes at work when Ctrl-C is pressed. */
  async interrupted() {
    await run(async () => {
      await using pool = new ProcessPoolExecutor<WorkModule>(module);
      await pool.submit("add", 1, 2);
      const job = pool.submit("slowly", 300, "finished in spite of it");
      getRunningLoop().addSignalHandler("SIGINT", () => console.log("SIGINT"));
      console.log("ready");
      console.log(await job);
    });
  },
  /** Says what its processes may. */
  async permissions() {
    await run(async () => {
      await using pool = new ProcessPoolExecutor<WorkModule>(module);
      for (const name of ["read", "run", "net", "env", "write"] as const) {
        console.log(name, await pool.submit("isPermitted", name));
      }
    });
  },
};

const [how, ...options] = Deno.args;
if (options.includes("withoutRef")) {
  // As on a Deno where the method has another name.
  for (const name of Object.getOwnPropertySymbols(Worker.prototype)) {
    delete (Worker.prototype as unknown as Record<symbol, unknown>)[name];
  }
}
await programs[how!]!();
if (options.includes("exit")) Deno.exit();
