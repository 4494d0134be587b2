import { assertEquals, assertRejects } from "@std/assert";
import { NotImplementedError } from "../../loop/errors.ts";
import type { Executor } from "../../loop/executor/executor.ts";
import { ProcessPoolExecutor } from "../../loop/executor/process_pool_executor.ts";
import { toThread } from "../../loop/executor/threads.ts";
import { WorkerPoolExecutor } from "../../loop/executor/worker_pool_executor.ts";
import { run } from "../../loop/runners.ts";
import { without } from "../_without.ts";

const add = (a: number, b: number) => a + b;

interface Elsewhere {
  /** What this runtime is made to lack. */
  readonly owner: object;
  readonly name: string;
  make(): Executor;
  /** What the job fails with. */
  readonly message: string;
}

const ELSEWHERE: readonly Elsewhere[] = [
  {
    owner: globalThis,
    name: "Worker",
    make: () => new WorkerPoolExecutor<object>(),
    message: "Cannot start worker: this runtime has no web workers",
  },
  {
    owner: Deno,
    name: "Command",
    make: () => new ProcessPoolExecutor<object>(),
    message: "Cannot start process: this runtime starts no processes",
  },
  {
    owner: globalThis,
    name: "Deno",
    make: () => new ProcessPoolExecutor<object>(),
    message: "Cannot start process: this is not Deno",
  },
];

for (const { owner, name, make, message } of ELSEWHERE) {
  Deno.test(`${make()} says so where there is no ${name}`, () =>
    run(async () => {
      await using pool = make();
      await without(owner, name, async () => {
        await assertRejects(
          async () => await pool.submit(add, 1, 2),
          NotImplementedError,
          message,
        );
      });
      // A refused job leaves nothing behind.
      assertEquals(await pool.submit(add, 1, 2), 3);
    }));
}

Deno.test("toThread() says so where there are no workers", () =>
  run(() =>
    without(globalThis, "Worker", async () => {
      await assertRejects(
        async () => await toThread(add, 1, 2),
        NotImplementedError,
        "Cannot start worker: this runtime has no web workers",
      );
    })
  ));
