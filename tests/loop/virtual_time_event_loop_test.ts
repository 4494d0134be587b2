import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { wrapFuture } from "../../loop/ensure_future.ts";
import { DeadlockError, NotImplementedError } from "../../loop/errors.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { taskGroup } from "../../loop/task_groups.ts";
import { createTask } from "../../loop/tasks.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { testScripts, testVirtual, virtualLoop } from "./_support.ts";

testScripts("VirtualTimeEventLoop jumps to the next timer", async (style) => {
  const loop = getRunningLoop();
  const real = performance.now();
  const times: number[] = [];
  await createTask(style.body(function* () {
    for (const delay of [3600, 0.001, 86_400 * 365]) {
      yield sleep(delay);
      times.push(loop.time());
    }
  }));
  assertEquals(times, [3600, 3600.001, 3600.001 + 86_400 * 365]);
  assert(performance.now() - real < 5000);
});

testVirtual(
  "VirtualTimeEventLoop's clock stands still while anything is ready",
  async () => {
    const loop = getRunningLoop();
    loop.callLater(1, () => {});
    for (let i = 0; i < 1000; i++) await sleep(0);
    assertEquals(loop.time(), 0);
  },
);

testVirtual(
  "VirtualTimeEventLoop's clock stands still while native code moves",
  async () => {
    const loop = getRunningLoop();
    loop.callLater(1, () => {});
    for (let i = 0; i < 1000; i++) await Promise.resolve();
    assertEquals(loop.time(), 0);
    await sleep(1);
  },
);

Deno.test("VirtualTimeEventLoop's clock begins at 0 and stays between runs", async () => {
  const loop = virtualLoop();
  assertEquals(loop.time(), 0);
  await loop.runUntilComplete(sleep(2));
  assertEquals(loop.time(), 2);
  await loop.runUntilComplete(sleep(2));
  assertEquals(loop.time(), 4);
  loop.close();
});

Deno.test("VirtualTimeEventLoop runs the same program in the same order every time", async () => {
  const program = async (): Promise<string[]> => {
    const log: string[] = [];
    await taskGroup(async (group) => {
      for (let i = 0; i < 50; i++) {
        group.createTask(async () => {
          for (let j = 0; j < 5; j++) {
            await sleep(((i * 7 + j * 3) % 5) / 10);
            log.push(`${i}.${j}`);
          }
        });
      }
    });
    return log;
  };
  const first = await run(program, { loopFactory: virtualLoop });
  for (let i = 0; i < 3; i++) {
    assertEquals(await run(program, { loopFactory: virtualLoop }), first);
  }
});

for (const how of ["async function", "generator"]) {
  Deno.test(`VirtualTimeEventLoop finds deadlocks and names the tasks (${how})`, async () => {
    const loop = virtualLoop();
    const never = loop.createFuture<void>();
    const wait = how === "generator"
      ? function* () {
        yield* never;
      }
      : async () => await never;
    const main = async () => {
      createTask(wait, { name: "stuck one" });
      createTask(wait, { name: "stuck two" });
      await sleep(1);
      await createTask(wait);
    };
    const error = await assertRejects(
      () => run(main, { loopFactory: () => loop }),
      DeadlockError,
    );
    assertStringIncludes(error.message, "stuck one");
    assertStringIncludes(error.message, "stuck two");
    assertEquals(loop.time(), 1);
  });
}

Deno.test("VirtualTimeEventLoop lets deadlocked tasks clean up", async () => {
  const log: string[] = [];
  await assertRejects(() =>
    run(async () => {
      try {
        await getRunningLoop().createFuture();
      } finally {
        await sleep(1);
        log.push("clean");
      }
    }, { loopFactory: virtualLoop }), DeadlockError);
  assertEquals(log, ["clean"]);
});

Deno.test("VirtualTimeEventLoop.runForever() without anything to do is a deadlock", async () => {
  const loop = virtualLoop();
  await assertRejects(() => loop.runForever(), DeadlockError);
  // It can be run again.
  assertEquals(await loop.runUntilComplete(sleep(1, "fine")), "fine");
  loop.close();
});

Deno.test("VirtualTimeEventLoop takes a wait without end for a deadlock", async () => {
  await assertRejects(
    () => run(() => sleep(Infinity), { loopFactory: virtualLoop }),
    DeadlockError,
  );
});

Deno.test("VirtualTimeEventLoop does not wait for promises of the host", async () => {
  // They settle in real time, which this loop knows nothing of.
  const { promise, resolve } = Promise.withResolvers<void>();
  const main = async () => await wrapFuture(promise);
  await assertRejects(
    () => run(main, { loopFactory: virtualLoop }),
    DeadlockError,
  );
  resolve();
});

testVirtual(
  "VirtualTimeEventLoop lets promises that are settled go first",
  async () => {
    const loop = getRunningLoop();
    loop.callLater(1, () => {});
    const value = await wrapFuture(
      (async () => {
        for (let i = 0; i < 10; i++) await Promise.resolve();
        return "settled";
      })(),
    );
    assertEquals([value, loop.time()], ["settled", 0]);
    await sleep(1);
  },
);

testVirtual("VirtualTimeEventLoop cancels timers for good", async () => {
  const loop = getRunningLoop();
  const log: string[] = [];
  const handles = [1, 2, 3].map((delay) =>
    loop.callLater(delay, () => log.push(`${delay}`))
  );
  handles[1]!.cancel();
  await sleep(5);
  assertEquals(log, ["1", "3"]);
});

Deno.test("VirtualTimeEventLoop does no input or output", async () => {
  const loop = new VirtualTimeEventLoop();
  const error = await assertRejects(
    async () => await loop.createServer(() => ({}) as never, "127.0.0.1", 0),
    NotImplementedError,
  );
  assertStringIncludes(error.message, "DenoEventLoop");
  loop.close();
});
