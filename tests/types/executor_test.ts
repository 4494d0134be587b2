import { assertEquals } from "@std/assert";
import type { Coroutine } from "../../loop/coroutines.ts";
import { ProcessPoolExecutor } from "../../loop/executor/process_pool_executor.ts";
import { toThread } from "../../loop/executor/threads.ts";
import { WorkerPoolExecutor } from "../../loop/executor/worker_pool_executor.ts";
import type { Future } from "../../loop/futures.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { holds, type Same } from "./_types.ts";

/** What a module could export. */
interface Module {
  add(a: number, b: number): number;
  load(name: string): Promise<Uint8Array>;
  readonly limit: number;
}

/** Checks types only: nothing in it runs. */
function typesOnly(_body: () => void): void {}

Deno.test("submit() has the types of the module's functions", () =>
  typesOnly(() => {
    const pool = new WorkerPoolExecutor<Module>("data:,");
    const sum = pool.submit("add", 1, 2);
    holds<Same<typeof sum, Future<number>>>();
    const loaded = pool.submit("load", "name");
    holds<Same<typeof loaded, Future<Uint8Array>>>();
    // @ts-expect-error: there is no such function
    pool.submit("subtract", 1, 2);
    // @ts-expect-error: it is no function
    pool.submit("limit");
    // @ts-expect-error: an argument is missing
    pool.submit("add", 1);
    // @ts-expect-error: an argument is of the wrong type
    pool.submit("add", "1", 2);
  }));

Deno.test("submit() has the types of a function", () =>
  typesOnly(() => {
    const pool = new ProcessPoolExecutor<Module>("data:,");
    const text = pool.submit((n: number) => n.toFixed(), 1);
    holds<Same<typeof text, Future<string>>>();
    const later = pool.submit(async (n: number) => n, 1);
    holds<Same<typeof later, Future<number>>>();
    const mine = pool.submit(function (n: number) {
      return this.cancelled ? null : n;
    }, 1);
    holds<Same<typeof mine, Future<number | null>>>();
    // @ts-expect-error: an argument is of the wrong type
    pool.submit((n: number) => n, "1");
  }));

Deno.test("an executor of an unknown module takes any name", () =>
  typesOnly(() => {
    const pool = new WorkerPoolExecutor("data:,");
    const anything = pool.submit("anything", 1, "two");
    holds<Same<typeof anything, Future<unknown>>>();
  }));

Deno.test("map() gives what the function returns", () =>
  typesOnly(async () => {
    const pool = new WorkerPoolExecutor<Module>("data:,");
    for await (const bytes of pool.map("load", ["a", "b"])) {
      holds<Same<typeof bytes, Uint8Array>>();
    }
    for await (const text of pool.map((n: number) => n.toFixed(), [1, 2])) {
      holds<Same<typeof text, string>>();
    }
    // @ts-expect-error: the items are of the wrong type
    pool.map("load", [1, 2]);
  }));

Deno.test("runInExecutor() and toThread() have the types of the function", () =>
  run(async () => {
    const loop = getRunningLoop();
    const pool = new WorkerPoolExecutor<Module>("data:,");
    typesOnly(() => {
      const sum = loop.runInExecutor(pool, "add", 1, 2);
      holds<Same<typeof sum, Future<number>>>();
      const text = loop.runInExecutor(null, (n: number) => n.toFixed(), 1);
      holds<Same<typeof text, Future<string>>>();
      const thread = toThread((n: number) => n.toFixed(), 1);
      holds<Same<typeof thread, Coroutine<string>>>();
      // @ts-expect-error: the default executor has no module
      loop.runInExecutor(null, "add", 1, 2);
      // @ts-expect-error: an argument is of the wrong type
      toThread((n: number) => n, "1");
      loop.setDefaultExecutor(pool);
      // @ts-expect-error: it is no executor
      loop.setDefaultExecutor({});
    });
    assertEquals(await toThread((n: number) => n + 1, 1), 2);
  }));
