import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { RuntimeError, TimeoutError } from "../../loop/errors.ts";
import {
  ExecutorFullError,
  WorkerDiedError,
} from "../../loop/executor/errors.ts";
import type { Executor } from "../../loop/executor/executor.ts";
import type { PoolOptions } from "../../loop/executor/pool_options.ts";
import { gather } from "../../loop/gather.ts";
import { run } from "../../loop/runners.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { OrderError } from "./_executor_work.ts";
import { runProgram } from "./_programs.ts";

/** The module that the executors run. */
export type WorkModule = typeof import("./_executor_work.ts");

/** Where it is. */
export const WORK_MODULE = new URL("./_executor_work.ts", import.meta.url);

/** An executor that keeps the contract. */
export interface Subject {
  /** The name of the class. */
  readonly name: string;
  /** Makes one over `_executor_work.ts`. */
  make(options?: PoolOptions): Executor<WorkModule>;
  /** What it says of a worker that ended by `Deno.exit(3)`. */
  readonly death: RegExp;
}

/** Collects what a function of the work module throws. */
async function errorOf(
  pool: Executor<WorkModule>,
  kind: string,
): Promise<unknown> {
  try {
    await pool.submit("failWith", kind);
  } catch (error) {
    return error;
  }
  throw new Error("It did not throw");
}

/** Tests what all executors have in common. */
export function testExecutor({ name, make, death }: Subject): void {
  const test = (
    what: string,
    body: (pool: Executor<WorkModule>) => Promise<void>,
    options: PoolOptions = { maxWorkers: 2 },
  ) =>
    Deno.test(`${name} ${what}`, () =>
      run(async () => {
        await using pool = make(options);
        await body(pool);
      }));

  test("runs functions of a module", async (pool) => {
    assertEquals(await pool.submit("add", 1, 2), 3);
    const sums = await gather(
      ...Array.from({ length: 20 }, (_, i) => pool.submit("add", i, i)),
    );
    assertEquals(sums, Array.from({ length: 20 }, (_, i) => 2 * i));
  });

  test("starts at once, without being awaited (X1)", async (pool) => {
    const job = pool.submit("add", 1, 2);
    while (!job.done()) await sleep(0.001);
    assertEquals(job.result(), 3);
  });

  test("copies whatever can be copied", async (pool) => {
    const value = {
      map: new Map([[1, new Set([2n])]]),
      date: new Date(0),
      bytes: new Uint8Array([1, 2, 3]),
      numbers: new Float64Array([0.5]),
      nothing: [null, undefined, NaN],
      pattern: /a+/g,
    };
    assertEquals(await pool.submit("echo", value), value);
  });

  test("copies the arguments when they are submitted", async (pool) => {
    const jobs = [];
    for (let round = 0; round < 4; round++) {
      const bytes = new Uint8Array([round]);
      jobs.push(pool.submit("slowly", 10, bytes));
      bytes[0] = 99;
    }
    const results = await gather(...jobs);
    assertEquals(results.map((bytes) => (bytes as Uint8Array)[0]), [
      0,
      1,
      2,
      3,
    ]);
  });

  test("moves 10 MiB each way", async (pool) => {
    const bytes = new Uint8Array(10 * 1024 * 1024).fill(7);
    const echo = await pool.submit("echo", bytes) as Uint8Array;
    assertEquals([echo.length, echo[0], echo.at(-1)], [bytes.length, 7, 7]);
  });

  test("runs as many jobs at once as it has workers", async (pool) => {
    const jobs = Array.from({ length: 6 }, () => pool.submit("whoRuns", 50));
    const workers = new Set(await gather(...jobs));
    assertEquals(workers.size, 2);
  });

  test("opens no more workers than needed", async (pool) => {
    for (let call = 1; call <= 5; call++) {
      assertEquals(await pool.submit("count"), call);
    }
  }, { maxWorkers: 8 });

  test("runs functions that it is given", async (pool) => {
    assertEquals(await pool.submit((n: number) => n * 2, 21), 42);
    assertEquals(
      await pool.submit(async function named(text: string) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return `${text} ${this.name}`;
      }, "as"),
      "as named",
    );
    const object = {
      method(n: number) {
        return -n;
      },
      async "odd name"() {
        return await Promise.resolve("odd");
      },
    };
    assertEquals(await pool.submit(object.method, 1), -1);
    assertEquals(await pool.submit(object["odd name"]), "odd");
  });

  test("tells the function its job", async (pool) => {
    assertEquals(await pool.submit("jobName"), "jobName");
  });

  test("says that a function used what it could not take along", async (pool) => {
    const outside = 1;
    const error = await assertRejects(
      async () => await pool.submit(() => outside + 1),
      TypeError,
      "Cannot run function 'anonymous' in a worker: it uses 'outside', which " +
        "is outside of it, pass that as an argument or use a module",
    );
    assertInstanceOf(error.cause, ReferenceError);
  });

  test("refuses functions that have no text to send", async (pool) => {
    class Thing {
      static #secret = 1;
      static reveal() {
        return Thing.#secret;
      }
    }
    const refused: [() => unknown, string][] = [
      [Math.max as () => unknown, "it is bound or built in, and has no text"],
      [() => {}, ""],
      [function () {}.bind(null), "it is bound or built in, and has no text"],
      [Thing as unknown as () => unknown, "it is a class"],
      [function* () {}, "it is a generator function"],
      [Thing.reveal, "its text is no function of its own"],
    ];
    for (const [work, reason] of refused) {
      if (reason === "") continue;
      assertThrows(() => pool.submit(work), TypeError, reason);
    }
    await sleep(0);
  });

  test("refuses what is no function", async (pool) => {
    const submit = pool.submit.bind(pool) as (...args: unknown[]) => unknown;
    for (const work of [undefined, null, 1, {}]) {
      assertThrows(
        () => submit(work),
        TypeError,
        "Cannot submit job: expected",
      );
    }
    await assertRejects(
      async () => await submit("noSuchFunction"),
      TypeError,
      "exports no such function",
    );
    await assertRejects(
      async () => await submit("toString"),
      TypeError,
      "exports no such function",
    );
  });

  test("refuses arguments and results that cannot be sent", async (pool) => {
    assertThrows(
      () => pool.submit("echo", () => {}),
      TypeError,
      "Cannot send arguments of job 'echo'",
    );
    const waiting = [1, 2].map(() => pool.submit("slowly", 20, 0));
    assertThrows(() => pool.submit("echo", () => {}), TypeError);
    await gather(...waiting);
    await assertRejects(
      async () => await pool.submit("returnFunction"),
      TypeError,
      "Cannot send result of job 'returnFunction'",
    );
    assertEquals(await pool.submit("add", 1, 1), 2);
  });

  test("passes an error on with its class and its parts", async (pool) => {
    const error = await errorOf(pool, "type");
    assertInstanceOf(error, TypeError);
    assertEquals([error.name, error.message], ["TypeError", "wrong type"]);
    assertMatch(error.stack!, /^TypeError: wrong type\n +at .*_executor_work/);
    assert(!error.stack!.includes("data:text"), error.stack);
    assertEquals(Object.keys(error), []);
  });

  test("passes an error of the system on", async (pool) => {
    const error = await errorOf(pool, "system");
    assertInstanceOf(error, Deno.errors.NotFound);
    assertEquals((error as { code?: unknown }).code, "ENOENT");
  });

  test("passes causes on", async (pool) => {
    const error = await errorOf(pool, "caused");
    assertInstanceOf(error, Error);
    assertInstanceOf(error.cause, RangeError);
    assertEquals(error.cause.message, "inner");
    assertEquals(error.cause.cause, "a string");
    assertInstanceOf(await errorOf(pool, "circular"), Error);
  });

  test("passes the errors of an AggregateError on", async (pool) => {
    const error = await errorOf(pool, "aggregate");
    assertInstanceOf(error, AggregateError);
    assertEquals(error.errors.map(String), [
      "TypeError: one",
      "RangeError: two",
    ]);
    assertInstanceOf(error.errors[1], RangeError);
  });

  test("passes a DOMException on", async (pool) => {
    const error = await errorOf(pool, "dom");
    assertInstanceOf(error, DOMException);
    assertEquals([error.name, error.message, error.code], [
      "TimeoutError",
      "took too long",
      23,
    ]);
  });

  test("passes on whatever else is thrown", async (pool) => {
    assertEquals(await errorOf(pool, "string"), "just a string");
    assertEquals(await errorOf(pool, "object"), { just: "an object" });
    assertEquals(typeof await errorOf(pool, "function"), "string");
    const error = await errorOf(pool, "uncloneable");
    assertEquals({ ...error as object }, { ok: 1 });
  });

  test("passes an unknown class on as the nearest known one", async (pool) => {
    const error = await errorOf(pool, "order");
    assertInstanceOf(error, RangeError);
    assert(!(error instanceof OrderError));
    assertEquals([error.name, error.message], ["OrderError", "out of order"]);
    assertEquals(
      { ...error as object },
      { code: "E_ORDER", order: 7 } as object,
    );
  });

  test("passes a class on that it was told of", async (pool) => {
    const error = await errorOf(pool, "order");
    assertInstanceOf(error, OrderError);
    assertEquals([error.name, error.code, error.order], [
      "OrderError",
      "E_ORDER",
      7,
    ]);
  }, { errors: [OrderError] });

  test("drops a job that is cancelled while it waits (X1)", async (pool) => {
    const first = pool.submit("slowly", 30, 1);
    const second = pool.submit("count");
    const third = pool.submit("count");
    assert(second.cancel());
    assertEquals([await first, await third], [1, 1]);
    assert(second.cancelled());
  }, { maxWorkers: 1 });

  test("drops a job whose waiter is cancelled", async (pool) => {
    const first = pool.submit("slowly", 30, 1);
    const waiter = createTask(async () => await pool.submit("count"));
    await sleep(0);
    waiter.cancel();
    assertEquals(await first, 1);
    assertEquals(await pool.submit("count"), 1);
    assert(waiter.cancelled());
  }, { maxWorkers: 1 });

  test(
    "loses no job to one that is cancelled as its result arrives",
    async (pool) => {
      await pool.submit("add", 0, 0);
      const job = pool.submit("slowly", 5, 0);
      const next = pool.submit("add", 1, 1);
      await sleep(0.002);
      // Nothing is received meanwhile: then the result is there, but not read.
      const end = performance.now() + 20;
      while (performance.now() < end);
      job.cancel();
      assertEquals(await timeout(30, async () => await next), 2);
    },
    { maxWorkers: 1 },
  );

  test("lets a job time out", async (pool) => {
    await assertRejects(
      async () => await waitFor(pool.submit("slowly", 500, 1), 0.01),
      TimeoutError,
    );
    assertEquals(await pool.submit("add", 1, 1), 2);
  });

  test("takes no more jobs than may wait", async (pool) => {
    const jobs = [1, 2, 3].map((n) => pool.submit("slowly", 20, n));
    assertThrows(
      () => pool.submit("add", 1, 1),
      ExecutorFullError,
      "Cannot submit job 'add': 2 jobs are waiting already",
    );
    assertEquals(await gather(...jobs), [1, 2, 3]);
    assertEquals(await pool.submit("add", 1, 1), 2);
  }, { maxWorkers: 1, maxQueue: 2 });

  test("replaces a worker that died", async (pool) => {
    const dying = pool.submit("exit", 3);
    const next = pool.submit("add", 1, 1);
    const error = await assertRejects(async () => await dying, WorkerDiedError);
    assertMatch(error.message, death);
    assertStringIncludes(String(error.cause), "Deno.exit(3) was called");
    assertEquals(await next, 2);
    assertEquals(await pool.submit("count"), 1);
  }, { maxWorkers: 1 });

  // Not here: Deno prints such errors.
  Deno.test(`${name} tells what nobody caught in a worker`, async () => {
    const { lines } = await runProgram("pooled.ts", { args: ["dying", name] });
    assertEquals(lines, [
      "WorkerDiedError caused by OrderError: nobody catches it",
      "WorkerDiedError caused by TypeError: nobody awaits it",
      "2",
    ]);
  });

  test("maps in order, a few jobs ahead", async (pool) => {
    const taken: number[] = [];
    function* items() {
      for (let n = 0;; n++) {
        taken.push(n);
        yield n;
      }
    }
    const results: number[] = [];
    const square = (n: number) => n * n;
    for await (const n of pool.map(square, items(), { buffersize: 3 })) {
      results.push(n);
      if (results.length === 5) break;
    }
    assertEquals(results, [0, 1, 4, 9, 16]);
    assertEquals(taken.length, 7);
  });

  test("maps no faster than the queue takes", async (pool) => {
    const results: number[] = [];
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    for await (const n of pool.map("echo", numbers)) results.push(n as number);
    assertEquals(results, numbers);
  }, { maxWorkers: 1, maxQueue: 1 });

  for (const maxQueue of [0, 1, 10]) {
    test(
      `maps each item once, however many wait at once, with ${maxQueue} in the queue`,
      async (pool) => {
        const results = pool.map("echo", [1, 2, 3, 4]);
        const all = await Promise.all(
          [1, 2, 3, 4, 5].map(() => results.next()),
        );
        assertEquals(all.map(({ value }) => value), [1, 2, 3, 4, undefined]);
        assertEquals(all.map(({ done }) => done), [
          ...[1, 2, 3, 4].map(() => false),
          true,
        ]);
      },
      { maxWorkers: 1, maxQueue },
    );
  }

  test("maps nothing while others fill the queue", async (pool) => {
    const other = pool.submit("slowly", 10, 0);
    await assertRejects(
      async () => await pool.map("echo", [1]).next(),
      ExecutorFullError,
    );
    await other;
    assertEquals((await pool.map("echo", [1]).next()).value, 1);
  }, { maxWorkers: 1, maxQueue: 0 });

  test("maps nothing to nothing, and throws an error in its turn", async (pool) => {
    for await (const _ of pool.map("echo", [])) throw new Error("never");
    const seen: unknown[] = [];
    const fail = (n: number) => {
      if (n === 2) throw new RangeError("two");
      return n;
    };
    await assertRejects(async () => {
      for await (const n of pool.map(fail, [0, 1, 2, 3])) seen.push(n);
    }, RangeError);
    assertEquals(seen, [0, 1]);
    assertThrows(() => pool.map("echo", [], { buffersize: 0 }), RangeError);
  });

  test("ends when its jobs have ended, and refuses others", async (pool) => {
    const jobs = [1, 2, 3].map((n) => pool.submit("slowly", 10, n));
    const ended = pool.shutdown();
    assertThrows(
      () => pool.submit("add", 1, 1),
      RuntimeError,
      "Cannot submit job 'add': the executor is shut down",
    );
    await ended;
    assertEquals(jobs.map((job) => job.result()), [1, 2, 3]);
    await pool.shutdown();
  }, { maxWorkers: 1 });

  test("does not wait for its jobs if told so", async (pool) => {
    const job = pool.submit("slowly", 30, 1);
    const ended = pool.shutdown(false);
    assert(ended.done());
    assert(!job.done());
    assertEquals(await job, 1);
  });

  test("cancels its jobs if told so", async (pool) => {
    const jobs = [1, 2, 3].map((n) => pool.submit("slowly", 20, n));
    await pool.shutdown(true, { cancelFutures: true });
    assert(jobs.every((job) => job.cancelled()));
  }, { maxWorkers: 2 });

  test("that was never used ends at once", async (pool) => {
    assert(pool.shutdown().done());
    await sleep(0);
  });

  test("serves one loop after the other", async () => {
    const pool = make({ maxWorkers: 1 });
    await sleep(0);
    const inner = async () => {
      assertEquals(await pool.submit("add", 1, 2), 3);
    };
    await Promise.all([1, 2].map(() => inner()));
    await pool.shutdown();
  });

  Deno.test(`${name} is of use to several runs, and outside any`, async () => {
    const pool = make({ maxWorkers: 1 });
    for (let call = 1; call <= 2; call++) {
      assertEquals(await run(() => pool.submit("count")), call);
    }
    await pool.submit("add", 1, 2);
    await pool.shutdown();
  });

  Deno.test(`${name} survives a run that does not wait for its job`, async () => {
    const pool = make({ maxWorkers: 1 });
    await run(async () => {
      pool.submit("slowly", 20, 1);
    });
    assertEquals(await run(() => pool.submit("add", 1, 2)), 3);
    await run(async () => await pool.shutdown());
  });

  Deno.test(`${name} refuses limits that are none`, () => {
    for (const maxWorkers of [0, -1, 1.5, NaN]) {
      assertThrows(() => make({ maxWorkers }), RangeError, "maxWorkers");
    }
    assertThrows(() => make({ maxQueue: -1 }), RangeError, "maxQueue");
  });

  test("is no hindrance to a loop that waits for it alone", async (pool) => {
    await timeout(30, async () => {
      assertEquals(await pool.submit("slowly", 50, "late"), "late");
    });
  });
}
