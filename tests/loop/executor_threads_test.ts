import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { DenoEventLoop } from "../../loop/deno_event_loop.ts";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { LoopPort } from "../../loop/executor/loop_port.ts";
import { RemoteLoop } from "../../loop/executor/remote_loop.ts";
import { runCoroutineThreadsafe } from "../../loop/executor/threads.ts";
import { WorkerPoolExecutor } from "../../loop/executor/worker_pool_executor.ts";
import { Future } from "../../loop/futures.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { currentTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { recordReports } from "./_support.ts";

/** Runs a test with a second loop that is running. */
function testWithOtherLoop(
  name: string,
  body: (other: DenoEventLoop) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const other = new DenoEventLoop();
    const running = other.runForever();
    try {
      await body(other);
    } finally {
      other.stop();
      await running;
      other.close();
    }
  });
}

testWithOtherLoop(
  "runCoroutineThreadsafe() runs on the loop it is given (W13)",
  async (other) => {
    const future = runCoroutineThreadsafe(async () => {
      await sleep(0.001);
      return getRunningLoop() === other;
    }, other);
    assertInstanceOf(future, Future);
    assertEquals(await future, true);
  },
);

testWithOtherLoop(
  "runCoroutineThreadsafe() takes generators and coroutines",
  async (other) => {
    assertEquals(
      await runCoroutineThreadsafe(function* () {
        return yield* sleep(0.001, "generator");
      }, other),
      "generator",
    );
    assertEquals(
      await runCoroutineThreadsafe(sleep(0.001, "coroutine"), other),
      "coroutine",
    );
  },
);

testWithOtherLoop(
  "runCoroutineThreadsafe() passes errors on (W13)",
  async (other) => {
    await assertRejects(
      async () =>
        await runCoroutineThreadsafe(async () => {
          throw new RangeError("there");
        }, other),
      RangeError,
      "there",
    );
  },
);

testWithOtherLoop(
  "cancelling the future cancels the task there (W13)",
  async (other) => {
    const seen: string[] = [];
    const future = runCoroutineThreadsafe(async () => {
      try {
        await sleep(60);
      } catch (error) {
        seen.push(String(error));
        throw error;
      }
    }, other);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert(future.cancel("enough"));
    await assertRejects(async () => await future, CancelledError);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(seen, ["CancelledError: enough"]);
  },
);

testWithOtherLoop(
  "cancelling the task there cancels the future (W13)",
  async (other) => {
    const future = runCoroutineThreadsafe(async () => {
      currentTask()!.cancel();
      await sleep(60);
    }, other);
    await assertRejects(async () => await future, CancelledError);
    assert(future.cancelled());
  },
);

testWithOtherLoop(
  "cancelling the future at once starts nothing",
  async (other) => {
    let started = false;
    const future = runCoroutineThreadsafe(async () => {
      started = true;
    }, other);
    future.cancel();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(started, false);
  },
);

testWithOtherLoop(
  "runCoroutineThreadsafe() refuses what is no coroutine (W13)",
  async (other) => {
    for (const source of [1, null, Promise.resolve(), {}]) {
      assertThrows(
        () => runCoroutineThreadsafe(source as () => Promise<void>, other),
        TypeError,
        "Cannot run coroutine",
      );
    }
    await Promise.resolve();
  },
);

Deno.test("runCoroutineThreadsafe() runs on the caller's own loop, too", () =>
  run(async () => {
    const loop = getRunningLoop();
    assertEquals(await runCoroutineThreadsafe(() => sleep(0, 1), loop), 1);
  }));

// A worker and the loop that started it.

interface Callbacks {
  report(step: number, total: number): void;
  ask(question: string): Promise<string>;
  fail(): void;
  wait(): Promise<void>;
}

const PACKAGE = new URL("../../loop/mod.ts", import.meta.url);
const MODULE = `data:text/javascript,${
  encodeURIComponent(`
    import { RemoteLoop } from "${PACKAGE}";
    export function steps(port, total) {
      const loop = new RemoteLoop(port);
      for (let step = 1; step <= total; step++) {
        loop.callSoonThreadsafe("report", step, total);
      }
      loop.close();
    }
    export async function ask(port, question) {
      using loop = new RemoteLoop(port);
      return "heard: " + await loop.runCoroutineThreadsafe("ask", question);
    }
    export async function askInVain(port) {
      const loop = new RemoteLoop(port);
      const answer = loop.runCoroutineThreadsafe("wait");
      try {
        await answer;
      } catch (error) {
        let refusal;
        try {
          loop.callSoonThreadsafe("wait");
        } catch (error) {
          refusal = error.message;
        }
        return [error.name, answer.cancelled(), String(loop), refusal];
      }
    }
  `)
}`;

interface Module {
  steps(port: MessagePort, total: number): void;
  ask(port: MessagePort, question: string): Promise<string>;
  askInVain(port: MessagePort): Promise<unknown>;
}

Deno.test("callSoonThreadsafe() from a worker calls back on the loop", () =>
  run(async () => {
    const loop = getRunningLoop();
    await using pool = new WorkerPoolExecutor<Module>(MODULE);
    const seen: unknown[] = [];
    using door = new LoopPort<Pick<Callbacks, "report">>({
      report: (step, total) => {
        seen.push([step, total, getRunningLoop() === loop, currentTask()]);
      },
    });
    await pool.submit("steps", door.port, 3);
    await door.waitClosed();
    assertEquals(seen, [1, 2, 3].map((step) => [step, 3, true, null]));
  }));

Deno.test("runCoroutineThreadsafe() from a worker gets a result of the loop (W13)", () =>
  run(async () => {
    await using pool = new WorkerPoolExecutor<Module>(MODULE);
    using door = new LoopPort<Pick<Callbacks, "ask">>({
      ask: async (question) => {
        await sleep(0.001);
        return `${question}? yes`;
      },
    });
    assertEquals(
      await pool.submit("ask", door.port, "busy"),
      "heard: busy? yes",
    );
    await door.waitClosed();
  }));

Deno.test("LoopPort.close() lets no worker wait for an answer (W13)", () =>
  run(async () => {
    const loop = getRunningLoop();
    await using pool = new WorkerPoolExecutor<Module>(MODULE);
    const asked = loop.createFuture<void>();
    const door = new LoopPort<Pick<Callbacks, "wait">>({
      wait: async () => {
        asked.setResult();
        await sleep(3600);
      },
    });
    const job = pool.submit("askInVain", door.port);
    await asked;
    door.close();
    assertEquals(await timeout(30, async () => await job), [
      "CancelledError",
      true,
      "<RemoteLoop closed>",
      "Cannot reach the loop: the port is closed",
    ]);
  }));

/** Runs a test with both ends of a door on this thread. */
function testDoor(
  name: string,
  callbacks: Partial<Callbacks>,
  body: (
    door: LoopPort<Callbacks>,
    remote: RemoteLoop<Callbacks>,
  ) => Promise<void>,
): void {
  Deno.test(name, () =>
    run(async () => {
      using door = new LoopPort<Callbacks>(callbacks as Callbacks);
      using remote = new RemoteLoop<Callbacks>(door.port);
      await body(door, remote);
    }));
}

testDoor("an error of a callback goes to the exception handler", {
  fail: () => {
    throw new RangeError("in the callback");
  },
}, async (door, remote) => {
  const reports = recordReports();
  remote.callSoonThreadsafe("fail");
  remote.close();
  await door.waitClosed();
  assertEquals(reports.map(({ exception }) => String(exception)), [
    "RangeError: in the callback",
  ]);
});

testDoor(
  "a worker that calls what is not offered is told, or reported",
  {},
  async (door, remote) => {
    const reports = recordReports();
    await assertRejects(
      async () => await remote.runCoroutineThreadsafe("fail"),
      TypeError,
      "Cannot call 'fail': the port has no such function",
    );
    await assertRejects(
      async () =>
        await remote.runCoroutineThreadsafe("toString" as unknown as "fail"),
      TypeError,
    );
    remote.callSoonThreadsafe("fail");
    remote.close();
    await door.waitClosed();
    assertMatch(String(reports[0]!.exception), /Cannot call 'fail'/);
  },
);

testDoor("an error of a coroutine arrives with its class (W13)", {
  ask: async () => {
    throw new RangeError("no answer");
  },
}, async (_door, remote) => {
  await assertRejects(
    async () => await remote.runCoroutineThreadsafe("ask", ""),
    RangeError,
    "no answer",
  );
});

testDoor("a result that cannot be sent is told", {
  ask: async () => (() => {}) as unknown as string,
}, async (_door, remote) => {
  await assertRejects(
    async () => await remote.runCoroutineThreadsafe("ask", ""),
    TypeError,
    "Cannot send result of 'ask'",
  );
});

const cancelled: string[] = [];
testDoor("cancelling the future of a worker cancels the task (W13)", {
  wait: async () => {
    try {
      await sleep(60);
    } finally {
      cancelled.push("there");
    }
  },
}, async (_door, remote) => {
  const future = remote.runCoroutineThreadsafe("wait");
  await sleep(0.005);
  future.cancel();
  await timeout(5, async () => {
    while (cancelled.length === 0) await sleep(0.001);
  });
});

testDoor(
  "a task that is cancelled here cancels the future of the worker (W13)",
  {
    wait: async () => {
      currentTask()!.cancel();
      await sleep(60);
    },
  },
  async (_door, remote) => {
    const future = remote.runCoroutineThreadsafe("wait");
    await assertRejects(async () => await future, CancelledError);
    assert(future.cancelled());
  },
);

testDoor("a port that is closed is refused, and cancels what is under way", {
  wait: async () => await sleep(60),
}, async (door, remote) => {
  const future = remote.runCoroutineThreadsafe("wait");
  await sleep(0.005);
  remote.close();
  assert(future.cancelled());
  assertThrows(
    () => remote.callSoonThreadsafe("fail"),
    RuntimeError,
    "Cannot reach the loop: the port is closed",
  );
  await door.waitClosed();
  assertThrows(() => remote.runCoroutineThreadsafe("fail"), RuntimeError);
});

Deno.test("LoopPort calls back in the async context it was made in", () =>
  run(async () => {
    const storage = new AsyncLocalStorage<string>();
    const loop = getRunningLoop();
    const seen = loop.createFuture<string | undefined>();
    using door = storage.run(
      "maker's",
      () => new LoopPort({ report: () => seen.setResult(storage.getStore()) }),
    );
    using remote = new RemoteLoop<{ report(): void }>(door.port);
    remote.callSoonThreadsafe("report");
    assertEquals(await seen, "maker's");
  }));

Deno.test("LoopPort.waitClosed() can be cancelled, and awaited again", () =>
  run(async () => {
    const door = new LoopPort({});
    await assertRejects(
      async () => await timeout(0.001, () => door.waitClosed()),
    );
    door.close();
    door.close();
    await door.waitClosed();
  }));
