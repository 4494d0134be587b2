import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { coroutine } from "../../loop/coroutine_function.ts";
import { isCoroutine } from "../../loop/steps.ts";
import { DenoEventLoop } from "../../loop/deno_event_loop.ts";
import { NotImplementedError, RuntimeError } from "../../loop/errors.ts";
import { Executor } from "../../loop/executor/executor.ts";
import { ProcessPoolExecutor } from "../../loop/executor/process_pool_executor.ts";
import { toThread } from "../../loop/executor/threads.ts";
import { WorkerPoolExecutor } from "../../loop/executor/worker_pool_executor.ts";
import { ensureFuture } from "../../loop/ensure_future.ts";
import { Future } from "../../loop/futures.ts";
import { gather } from "../../loop/gather.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { WORK_MODULE, type WorkModule } from "./_executor_contract.ts";
import { logged } from "./_logged.ts";
import { runProgram } from "./_programs.ts";

/** Runs everything on this thread, and notes what it is asked. */
class HereExecutor extends Executor {
  readonly calls: string[] = [];

  override submit(
    work: string | ((...args: never[]) => unknown),
    ...args: unknown[]
  ) {
    const call = work as (...args: unknown[]) => unknown;
    this.calls.push(`submit ${call.name}`);
    // deno-lint-ignore no-explicit-any
    return ensureFuture<any>(async () => await call(...args));
  }

  override shutdown(wait = true): Future<void> {
    this.calls.push(`shutdown ${wait}`);
    return ensureFuture(async () => {});
  }
}

function add(a: number, b: number): number {
  return a + b;
}

function pause(milliseconds: number): Promise<number> {
  return new Promise((resolve) =>
    setTimeout(() => resolve(milliseconds), milliseconds)
  );
}

Deno.test("toThread() runs a function on another thread", () =>
  run(async () => {
    assertEquals(await toThread(add, 1, 2), 3);
    const names = await toThread(() => self.name);
    assert(names.startsWith("asyncio "));
  }));

Deno.test("toThread() is cold, and runs once", () =>
  run(async () => {
    const coroutine = toThread(add, 1, 2);
    assert(isCoroutine(coroutine));
    assertEquals(await coroutine, 3);
    await assertRejects(async () => await coroutine, RuntimeError, "reuse");
  }));

Deno.test("toThread() works in generators, gather() and tasks", () =>
  run(function* () {
    const sums = yield* gather(
      toThread(add, 1, 2),
      createTask(toThread(add, 3, 4)),
    );
    assertEquals(sums, [3, 7]);
  }));

Deno.test("toThread() refuses what cannot be sent when it is awaited", () =>
  run(async () => {
    await assertRejects(
      async () => await toThread(Math.max as (a: number) => number, 1),
      TypeError,
      "Cannot send function 'max' to a worker: it is bound or built in",
    );
    await assertRejects(
      async () => await toThread((f: () => void) => f(), () => {}),
      TypeError,
      "Cannot send arguments of job 'anonymous'",
    );
  }));

Deno.test("toThread() lets the loop go on while it computes", () =>
  run(async () => {
    const spin = (milliseconds: number) => {
      const end = performance.now() + milliseconds;
      while (performance.now() < end);
      return "done";
    };
    await toThread(spin, 0);
    const computing = createTask(toThread(spin, 100));
    let ticks = 0;
    while (!computing.done()) {
      await sleep(0.001);
      ticks++;
    }
    assertEquals(await computing, "done");
    assert(ticks > 5, `${ticks} ticks`);
  }));

Deno.test("runInExecutor(null) begins at once, and returns a future (X1)", () =>
  run(async () => {
    const loop = getRunningLoop();
    const future = loop.runInExecutor(null, add, 1, 2);
    assertInstanceOf(future, Future);
    while (!future.done()) await sleep(0.001);
    assertEquals(future.result(), 3);
  }));

Deno.test("runInExecutor() takes an executor, and the names of its module", () =>
  run(async () => {
    const loop = getRunningLoop();
    await using pool = new WorkerPoolExecutor<WorkModule>(WORK_MODULE);
    assertEquals(await loop.runInExecutor(pool, "add", 1, 2), 3);
    assertEquals(await loop.runInExecutor(pool, add, 1, 2), 3);
    const here = new HereExecutor();
    assertEquals(await loop.runInExecutor(here, add, 1, 2), 3);
    assertEquals(here.calls, ["submit add"]);
  }));

Deno.test("runInExecutor() refuses coroutines", () =>
  run(async () => {
    const loop = getRunningLoop();
    const nothing = coroutine(function* () {})();
    assertThrows(
      () => loop.runInExecutor(null, nothing as unknown as () => void),
      TypeError,
      "coroutines cannot be used with runInExecutor()",
    );
    nothing.close();
  }));

Deno.test("runInExecutor(null) has no names to look up", () =>
  run(async () => {
    const loop = getRunningLoop();
    assertThrows(
      () => loop.runInExecutor(null, "add" as unknown as () => void),
      TypeError,
      "the executor has no module",
    );
  }));

Deno.test("setDefaultExecutor() sets what toThread() uses, and run() ends it", async () => {
  const here = new HereExecutor();
  await run(async () => {
    getRunningLoop().setDefaultExecutor(here);
    assertEquals(await toThread(add, 1, 2), 3);
  });
  assertEquals(here.calls, ["submit add", "shutdown true"]);
});

Deno.test("setDefaultExecutor() takes processes, which are killed when run() ends", () =>
  run(async () => {
    const loop = getRunningLoop();
    loop.setDefaultExecutor(new ProcessPoolExecutor(null, { maxWorkers: 1 }));
    assert(await toThread(() => Deno.pid) !== Deno.pid);
    const spinning = createTask(toThread(() => {
      for (;;);
    }));
    await sleep(0.01);
    spinning.cancel();
  }));

Deno.test("setDefaultExecutor() refuses what is no executor", () =>
  run(async () => {
    const loop = getRunningLoop();
    assertThrows(
      () => loop.setDefaultExecutor({} as Executor),
      TypeError,
      "Cannot set default executor: expected an Executor",
    );
  }));

Deno.test("shutdownDefaultExecutor() waits for the jobs (X2)", () =>
  run(async () => {
    const loop = getRunningLoop();
    const future = loop.runInExecutor(null, pause, 30);
    await loop.shutdownDefaultExecutor();
    assertEquals(future.result(), 30);
  }));

Deno.test("shutdownDefaultExecutor() lets nothing in any more (X1)", () =>
  run(async () => {
    const loop = getRunningLoop();
    await loop.shutdownDefaultExecutor();
    assertThrows(
      () => loop.runInExecutor(null, add, 1, 2),
      RuntimeError,
      "Executor shutdown has been called",
    );
    await assertRejects(async () => await toThread(add, 1, 2), RuntimeError);
    await loop.shutdownDefaultExecutor();
  }));

Deno.test("shutdownDefaultExecutor() warns when the time is over, and waits no longer (X2)", async () => {
  const records = await logged(() =>
    run(async () => {
      const loop = getRunningLoop();
      const future = loop.runInExecutor(null, pause, 100);
      await loop.shutdownDefaultExecutor(0.01);
      assert(!future.done());
      assertEquals(await future, 100);
    })
  );
  assertEquals(records.map(({ level, message }) => [level, message]), [[
    "warning",
    "The executor did not finish joining its workers within 0.01 seconds",
  ]]);
});

Deno.test("run() cancels the jobs that nobody waits for, which may stop in time", async () => {
  const start = performance.now();
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const records = await logged(() =>
    run(async () => {
      getRunningLoop().runInExecutor(null, function (flags: Int32Array) {
        Atomics.store(flags, 0, 1);
        while (!this.cancelled);
        Atomics.store(flags, 1, 1);
      }, flags);
      while (Atomics.load(flags, 0) === 0) await sleep(0.001);
    })
  );
  assertEquals([...flags], [1, 1]);
  assertEquals(records, []);
  assertLess(performance.now() - start, 900);
});

Deno.test("run() gives up what does not stop, within a second and with a warning", async () => {
  const records = await logged(() =>
    run(async () => {
      await waitFor(toThread(pause, 60_000), 0.05).catch(() => {});
    })
  );
  assertEquals(records.map(({ level, fields }) => [level, fields["job"]]), [
    ["warning", "pause"],
  ]);
});

Deno.test("cancelling toThread() does not wait for the function (X1)", () =>
  run(async () => {
    const task = createTask(toThread(pause, 200));
    await sleep(0.01);
    const start = performance.now();
    task.cancel();
    await assertRejects(async () => await task);
    assertLess(performance.now() - start, 150);
  }));

Deno.test("a loop that is closed without run() ends its executor", async () => {
  const { code, lines } = await runProgram("pooled.ts", {
    args: ["closedLoop"],
  });
  assertEquals([code, lines], [0, ["3"]]);
});

Deno.test("a closed loop refuses jobs", () => {
  const loop = new DenoEventLoop();
  loop.close();
  assertThrows(
    () => loop.runInExecutor(null, add, 1, 2),
    RuntimeError,
    "Event loop is closed",
  );
});

Deno.test("a loop that does no input or output refuses executors", () => {
  const loop = new BaseEventLoop();
  for (
    const call of [
      () => loop.runInExecutor(null, add, 1, 2),
      () => loop.shutdownDefaultExecutor(),
      () => loop.setDefaultExecutor(new HereExecutor()),
    ]
  ) assertThrows(call, NotImplementedError, "DenoEventLoop");
  loop.close();
});

Deno.test("shutdownAsyncgens() has nothing to end (AG1)", () =>
  run(async () => {
    assertEquals(await getRunningLoop().shutdownAsyncgens(), undefined);
  }));
