// deno-lint-ignore-file require-yield
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import type { Awaitable } from "../../loop/awaitables.ts";
import {
  CancelledError,
  RuntimeError,
  TimeoutError,
} from "../../loop/errors.ts";
import { ExceptionGroup } from "../../loop/exception_group.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { Timeout, timeout, timeoutAt } from "../../loop/timeouts.ts";
import { outcomeOf } from "../_support.ts";
import {
  type ScriptStyle,
  testMixedScripts,
  testScripts,
  testVirtual,
} from "./_support.ts";

/** A body that sleeps and returns. */
function sleeping(style: ScriptStyle, delay: number) {
  return style.body(function* () {
    yield sleep(delay);
    return "slept";
  });
}

/** Awaits in a task of a style, and gives the result or the error. */
async function settle(
  style: ScriptStyle,
  operation: () => Awaitable<unknown>,
): Promise<unknown> {
  return await createTask(style.body(function* () {
    try {
      return yield operation();
    } catch (error) {
      return error;
    }
  }));
}

testMixedScripts(
  "timeout() gives the result of a body that ends in time",
  async (outer, inner) => {
    const loop = getRunningLoop();
    assertEquals(
      await settle(outer, () => timeout(2, sleeping(inner, 1))),
      "slept",
    );
    assertEquals(loop.time(), 1);
    // No timer is left where the clock would stop.
    await sleep(50);
    assertEquals(loop.time(), 51);
  },
);

testMixedScripts(
  "timeout() cancels a body that takes too long (TO3)",
  async (outer, inner) => {
    const log: string[] = [];
    const body = inner.body(function* () {
      try {
        yield sleep(60);
      } catch (error) {
        log.push(`${error} ${currentTask()!.cancelling()}`);
        throw error;
      }
    });
    const task = createTask(outer.body(function* () {
      try {
        return yield timeout(1, body);
      } catch (error) {
        log.push(`level ${currentTask()!.cancelling()}`);
        return error;
      }
    }));
    const error = await task;
    assertInstanceOf(error, TimeoutError);
    assertInstanceOf(error.cause, CancelledError);
    assertEquals(getRunningLoop().time(), 1);
    assertEquals(log, ["CancelledError 1", "level 0"]);
  },
);

testMixedScripts(
  "timeout() passes on the error of its body",
  async (outer, inner) => {
    const body = inner.body(function* () {
      yield sleep(1);
      throw new RangeError("broken");
    });
    assertEquals(
      String(await settle(outer, () => timeout(5, body))),
      "RangeError: broken",
    );
  },
);

testScripts(
  "timeout() runs its body in the caller's task (TO1)",
  async (style) => {
    const task = currentTask();
    await timeout(
      5,
      style.body(function* () {
        assertEquals(currentTask() === task, true);
        yield sleep(1);
        assertEquals(currentTask() === task, true);
      }),
    );
  },
);

testScripts("timeout(null) never expires (TO2)", async (style) => {
  const deadlines: (number | null)[] = [];
  const result = await timeout(
    null,
    style.body(function* (deadline) {
      deadlines.push(deadline.when());
      yield sleep(1e6);
      return deadline.expired();
    }),
  );
  assertEquals([result, deadlines], [false, [null]]);
});

for (const delay of [0, -1]) {
  testScripts(
    `timeout(${delay}) lets the body run to its first wait (TO2)`,
    async (style) => {
      const log: string[] = [];
      const body = style.body(function* () {
        log.push("started");
        yield sleep(1);
        log.push("not reached");
      });
      await assertRejects(() => timeout(delay, body), TimeoutError);
      assertEquals([log, getRunningLoop().time()], [["started"], 0]);
    },
  );

  testScripts(
    `timeout(${delay}) gives the result of a body that does not wait (TO2)`,
    async (style) => {
      const body = style.body(function* () {
        return "at once";
      });
      assertEquals(await timeout(delay, body), "at once");
    },
  );
}

testScripts("timeoutAt() counts on the loop's clock", async (style) => {
  const loop = getRunningLoop();
  await sleep(5);
  await assertRejects(() => timeoutAt(7, sleeping(style, 60)), TimeoutError);
  assertEquals(loop.time(), 7);
  await assertRejects(() => timeoutAt(3, sleeping(style, 60)), TimeoutError);
  assertEquals(loop.time(), 7);
  assertEquals(await timeoutAt(null, sleeping(style, 60)), "slept");
});

testScripts(
  "a body that refuses to be cancelled ends the timeout without an error (TO5)",
  async (style) => {
    let deadline: Timeout | undefined;
    const result = await timeout(
      1,
      style.body(function* (self) {
        deadline = self;
        try {
          return yield sleep(60);
        } catch {
          assert(self.expired());
          return "refused";
        }
      }),
    );
    assertEquals([result, deadline!.expired()], ["refused", true]);
    assertEquals(currentTask()!.cancelling(), 0);
  },
);

testScripts(
  "a cancelled caller is cancelled, not timed out (TO3)",
  async (style) => {
    const task = createTask(style.body(function* () {
      yield timeout(
        5,
        style.body(function* () {
          yield sleep(60);
        }),
      );
    }));
    await sleep(1);
    task.cancel("from outside");
    await assertRejects(async () => await task, CancelledError, "from outside");
    assertEquals(task.cancelling(), 1);
  },
);

for (const first of ["request", "expiry"]) {
  testScripts(
    `a request from outside beside an expiry cancels, the ${first} first (TO3)`,
    async (style) => {
      const task = createTask(style.body(function* () {
        yield timeoutAt(5, sleeping(style, 60));
      }));
      const loop = getRunningLoop();
      if (first === "request") loop.callAt(5, () => task.cancel());
      await sleep(0);
      if (first === "expiry") loop.callAt(5, () => task.cancel());
      await sleep(9);
      assertEquals([outcomeOf(task), task.cancelling()], ["cancelled", 1]);
    },
  );
}

testScripts(
  "a request that was swallowed before does not hide an expiry (TO2, TO3)",
  async (style) => {
    const task = createTask(style.body(function* () {
      try {
        yield sleep(60);
      } catch {
        // Swallowed: the level stays at 1.
      }
      try {
        yield timeout(1, sleeping(style, 60));
      } catch (error) {
        return [(error as Error).name, currentTask()!.cancelling()];
      }
      return [];
    }));
    await sleep(1);
    task.cancel();
    assertEquals(await task, ["TimeoutError", 1]);
  },
);

testScripts(
  "an error that the expiry led to has the TimeoutError in its chain (TO4)",
  async (style) => {
    const body = style.body(function* () {
      try {
        yield sleep(60);
      } catch (cause) {
        throw new RangeError("while cleaning up", { cause });
      }
    });
    const error = await assertRejects(() => timeout(1, body), RangeError);
    assertInstanceOf(error.cause, TimeoutError);
    assertInstanceOf(error.cause.cause, CancelledError);
  },
);

testScripts(
  "the members of a group have the TimeoutError in their chains (TO4)",
  async (style) => {
    const body = style.body(function* () {
      try {
        yield sleep(60);
      } catch (cause) {
        throw new ExceptionGroup("group", [
          new RangeError("member", { cause }),
        ]);
      }
    });
    const error = await assertRejects(() => timeout(1, body), ExceptionGroup);
    const [member] = error.errors;
    assertInstanceOf(member, RangeError);
    assertInstanceOf(member.cause, TimeoutError);
  },
);

testScripts(
  "Timeout.reschedule() moves the deadline while the body runs (TO6)",
  async (style) => {
    const loop = getRunningLoop();
    const log: unknown[] = [];
    const body = style.body(function* (deadline: Timeout) {
      log.push(deadline.when());
      deadline.reschedule(10);
      log.push(deadline.when());
      yield sleep(5);
      deadline.reschedule(null);
      yield sleep(15);
      deadline.reschedule(loop.time() + 1);
      yield sleep(60);
    });
    await assertRejects(() => timeout(2, body), TimeoutError);
    assertEquals([log, loop.time()], [[2, 10], 21]);
  },
);

testScripts(
  "Timeout.reschedule() to the past expires at the next wait (TO6)",
  async (style) => {
    const log: string[] = [];
    const body = style.body(function* (deadline: Timeout) {
      yield sleep(5);
      deadline.reschedule(3);
      log.push(`not yet: ${deadline.expired()}`);
      yield sleep(60);
    });
    await assertRejects(() => timeout(50, body), TimeoutError);
    assertEquals([log, getRunningLoop().time()], [["not yet: false"], 5]);
  },
);

testScripts(
  "Timeout.reschedule() refuses before, while expiring and after (TO6)",
  async (style) => {
    const deadline = new Timeout(1);
    const refuse = (message: string) =>
      assertThrows(() => deadline.reschedule(5), RuntimeError, message);
    refuse("Timeout has not been entered");
    await assertRejects(() =>
      deadline.run(style.body(function* () {
        try {
          yield sleep(60);
        } finally {
          refuse("Cannot change state of expiring Timeout");
        }
      })), TimeoutError);
    refuse("Cannot change state of expired Timeout");
    const finished = new Timeout(null);
    await finished.run(sleeping(style, 1));
    assertThrows(
      () => finished.reschedule(5),
      RuntimeError,
      "Cannot change state of finished Timeout",
    );
    assertFalse(finished.expired());
  },
);

testScripts("Timeout cannot be used twice (TO1)", async (style) => {
  const deadline = new Timeout(null);
  await deadline.run(async () => {
    const error = await settle(style, () => deadline.run(sleeping(style, 1)));
    assertInstanceOf(error, RuntimeError);
    assertEquals(error.message, "Timeout has already been entered");
  });
  await assertRejects(
    async () => await deadline.run(sleeping(style, 1)),
    RuntimeError,
    "Timeout has already been entered",
  );
});

testMixedScripts(
  "the inner of two timeouts expires first (TO6)",
  async (outer, inner) => {
    const log: string[] = [];
    await timeout(
      5,
      outer.body(function* () {
        try {
          yield timeout(1, sleeping(inner, 60));
        } catch (error) {
          log.push(`${(error as Error).name} at ${getRunningLoop().time()}`);
        }
        yield sleep(1);
        log.push("the outer one goes on");
      }),
    );
    assertEquals(log, ["TimeoutError at 1", "the outer one goes on"]);
  },
);

testMixedScripts(
  "the outer of two timeouts cancels through the inner one (TO6)",
  async (outer, inner) => {
    const log: string[] = [];
    const body = outer.body(function* () {
      try {
        yield timeout(5, sleeping(inner, 60));
      } catch (error) {
        log.push((error as Error).name);
        throw error;
      }
    });
    await assertRejects(() => timeout(1, body), TimeoutError);
    assertEquals([log, getRunningLoop().time()], [["CancelledError"], 1]);
  },
);

testMixedScripts(
  "two timeouts that expire at once give the inner error, then the outer (TO6)",
  async (outer, inner) => {
    const log: string[] = [];
    const body = outer.body(function* () {
      try {
        yield timeoutAt(1, sleeping(inner, 60));
      } catch (error) {
        log.push((error as Error).name);
        throw error;
      }
    });
    await assertRejects(() => timeoutAt(1, body), TimeoutError);
    // The cancellation of the outer one is outstanding: the inner passes it on.
    assertEquals(log, ["CancelledError"]);
  },
);

testScripts(
  "a timeout inside a TimeoutError handler of another works",
  async (style) => {
    const task = createTask(style.body(function* () {
      try {
        yield timeout(1, sleeping(style, 60));
      } catch {
        return yield timeout(5, sleeping(style, 1));
      }
    }));
    assertEquals(await task, "slept");
    assertEquals(getRunningLoop().time(), 2);
  },
);

Deno.test("timeout() works outside any task, as a task of its own (TO1)", async () => {
  assertEquals(await timeout(5, async () => await sleep(0, "fine")), "fine");
  await assertRejects(() => timeout(0.001, () => sleep(60)), TimeoutError);
});

Deno.test("timeout() refuses what is no time", () => {
  for (const value of [NaN, undefined, "1", {}]) {
    const wrong = value as number;
    const message = "Cannot set timeout: expected seconds or null";
    assertThrows(() => timeout(wrong, async () => {}), TypeError, message);
    assertThrows(() => timeoutAt(wrong, async () => {}), TypeError, message);
    assertThrows(() => new Timeout(wrong), TypeError, message);
  }
});

testVirtual("Timeout describes itself", async () => {
  const deadline = new Timeout(3);
  assertEquals(String(deadline), "<Timeout [created]>");
  await deadline.run(async () => {
    assertEquals(String(deadline), "<Timeout [active] when=3>");
  });
  assertEquals(String(deadline), "<Timeout [finished]>");
});
