import { assertEquals, assertRejects } from "@std/assert";
import { CancelledError, TimeoutError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { taskGroup } from "../../loop/task_groups.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { testMixedScripts, testVirtual } from "./_support.ts";

// A timeout cancels the waits of its own body, not the others of its task.

testVirtual(
  "timeout() in Promise.all() leaves its siblings alone",
  async () => {
    const loop = getRunningLoop();
    const log: string[] = [];
    const sibling = async () => {
      await sleep(3);
      log.push(`sibling ends at ${loop.time()}`);
    };
    await assertRejects(
      () => Promise.all([timeout(1, () => sleep(60)), sibling()]),
      TimeoutError,
    );
    assertEquals([loop.time(), log], [1, []]);
    await sleep(5);
    assertEquals(log, ["sibling ends at 3"]);
    assertEquals(currentTask()!.cancelling(), 0);
  },
);

testVirtual(
  "timeouts in Promise.all() each cancel their own body",
  async () => {
    const loop = getRunningLoop();
    const guarded = async (delay: number) => {
      try {
        return await timeout(delay, async () => await sleep(2, "slept"));
      } catch (error) {
        return `${(error as Error).name} at ${loop.time()}`;
      }
    };
    assertEquals(await Promise.all([guarded(3), guarded(1), guarded(1.5)]), [
      "slept",
      "TimeoutError at 1",
      "TimeoutError at 1.5",
    ]);
  },
);

testVirtual("timeout() cancels all waits of its own body", async () => {
  const log: string[] = [];
  const strand = async (name: string) => {
    try {
      await sleep(60);
    } finally {
      log.push(name);
    }
  };
  await assertRejects(
    () => timeout(1, () => Promise.all([strand("a"), strand("b")])),
    TimeoutError,
  );
  // The first of them ended Promise.all(); the others follow.
  await sleep(0);
  assertEquals(log, ["a", "b"]);
});

testVirtual(
  "an outer timeout cancels the bodies of inner ones and what is beside them",
  async () => {
    const log: string[] = [];
    const note = (name: string) => (error: unknown) => {
      log.push(`${name} ${(error as Error).name}`);
      throw error;
    };
    await assertRejects(
      () =>
        timeout(2, () =>
          Promise.all([
            timeout(1, () => sleep(60)).catch(note("inner")).catch(() => {}),
            timeout(9, () => sleep(60)).catch(note("long")),
            sleep(60).catch(note("beside")),
          ])),
      TimeoutError,
    );
    await sleep(0);
    assertEquals(log.toSorted(), [
      "beside CancelledError",
      "inner TimeoutError",
      "long CancelledError",
    ]);
  },
);

testVirtual(
  "a scope that ended no longer matters to what was started in it",
  async () => {
    let started: Promise<string> | undefined;
    const helper = async () => {
      await sleep(5);
      return `at ${getRunningLoop().time()}`;
    };
    await timeout(1, async () => {
      started = helper();
    });
    assertEquals(await started, "at 5");
    // An outer scope still reaches it.
    await assertRejects(() =>
      timeout(1, async () => {
        await timeout(null, async () => {
          started = helper();
        });
        await started;
      }), TimeoutError);
  },
);

testVirtual(
  "a request that its scope did not see thrown is thrown outside (TO3)",
  async () => {
    // The body is in a foreign promise when the timeout and the caller cancel.
    const { promise, resolve } = Promise.withResolvers<void>();
    const log: string[] = [];
    const task = createTask(async () => {
      await timeout(5, () => promise);
      log.push("the body ended in time");
      await sleep(0);
      log.push("not reached");
    });
    await sleep(1);
    task.cancel("from outside");
    resolve();
    await assertRejects(async () => await task, CancelledError, "from outside");
    assertEquals(log, ["the body ended in time"]);
  },
);

testVirtual(
  "a body adrift in a promise is cancelled at its next wait",
  async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const log: string[] = [];
    const task = createTask(async () => {
      await assertRejects(() =>
        timeout(1, async () => {
          await promise;
          log.push(`back at ${getRunningLoop().time()}`);
          await sleep(60);
        }), TimeoutError);
      return currentTask()!.cancelling();
    });
    await sleep(5);
    resolve();
    assertEquals([await task, log], [0, ["back at 5"]]);
  },
);

testVirtual("a body adrift that just ends keeps its result (TO5)", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const task = createTask(async () => {
    const result = await timeout(1, () => promise);
    await sleep(1);
    return result;
  });
  await sleep(5);
  resolve("late");
  assertEquals([await task, task.cancelling()], ["late", 0]);
});

testMixedScripts(
  "a group inside a timeout is cancelled with all its members",
  async (outer, inner) => {
    const members: string[] = [];
    const member = inner.body(function* () {
      try {
        yield sleep(60);
      } finally {
        members.push("cancelled");
      }
    });
    const body = outer.body(function* () {
      yield taskGroup(inner.body(function* (group) {
        group.createTask(member);
        group.createTask(member);
        yield sleep(60);
      }));
    });
    await assertRejects(() => timeout(1, body), TimeoutError);
    assertEquals([members, currentTask()!.cancelling()], [
      ["cancelled", "cancelled"],
      0,
    ]);
  },
);
