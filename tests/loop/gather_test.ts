import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { CancelledError } from "../../loop/errors.ts";
import { Future } from "../../loop/futures.ts";
import { gather } from "../../loop/gather.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { iterations, outcomeOf } from "../_support.ts";
import {
  type ScriptStyle,
  testScripts,
  testVirtual,
  virtualLoop,
} from "./_support.ts";

/** A body that fails after a delay. */
function failing(style: ScriptStyle, delay: number, message = "broken") {
  return style.body(function* () {
    yield sleep(delay);
    throw new RangeError(message);
  });
}

testScripts(
  "gather() gives results in the order of its arguments (W6)",
  async (style) => {
    const value = (delay: number, result: string) =>
      style.body(function* () {
        yield sleep(delay);
        return result;
      });
    const task = createTask(style.body(function* () {
      return yield gather(value(3, "a"), value(1, "b"), sleep(2, "c"));
    }));
    assertEquals(await task, ["a", "b", "c"]);
    assertEquals(getRunningLoop().time(), 3);
  },
);

testVirtual("gather() of nothing is a done future (W6)", async () => {
  const empty = gather();
  assertInstanceOf(empty, Future);
  assert(empty.done());
  assertEquals(await empty, []);
  assertEquals(await gather({ returnExceptions: true }), []);
});

testVirtual("gather() runs a coroutine given twice once (W6)", async () => {
  let runs = 0;
  const coroutine = (function* () {
    runs++;
    return yield* sleep(1, {});
  })();
  const future = createTask(sleep(1, "task"));
  const [a, b, c, d] = await gather(coroutine, future, coroutine, future);
  assertEquals(runs, 1);
  assertStrictEquals(a, c);
  assertEquals([b, d], ["task", "task"]);
});

testVirtual("gather() calls a function given twice twice", async () => {
  // A function is no awaitable, it makes one: unlike in W6 these are two.
  let runs = 0;
  const work = async () => {
    runs++;
    await sleep(1);
  };
  await gather(work, work, work);
  assertEquals(runs, 3);
});

testScripts(
  "gather() throws the first error at once, the others go on (W7)",
  async (style) => {
    const loop = getRunningLoop();
    const slow = createTask(sleep(5, "slow"));
    const late = createTask(failing(style, 3, "late"));
    await assertRejects(
      async () => await gather(slow, failing(style, 1, "first"), late),
      RangeError,
      "first",
    );
    assertEquals(loop.time(), 1);
    assertEquals([outcomeOf(slow), outcomeOf(late)], ["pending", "pending"]);
    assertEquals(await slow, "slow");
    // Its error is dropped: virtual() would fail if it were reported.
    assertEquals(outcomeOf(late), "RangeError");
  },
);

testScripts(
  "gather() with returnExceptions gives errors as values (W7)",
  async (style) => {
    const results = await gather(
      failing(style, 2, "a"),
      sleep(1, "b"),
      failing(style, 1, "c"),
      { returnExceptions: true },
    );
    assertEquals(results.map(String), ["RangeError: a", "b", "RangeError: c"]);
  },
);

testScripts(
  "gather() fails with the CancelledError of a child, uncancelled itself (W8)",
  async (style) => {
    const child = createTask(style.body(function* () {
      yield sleep(60);
    }));
    const outer = gather(child, sleep(5));
    await sleep(1);
    child.cancel("child only");
    await assertRejects(async () => await outer, CancelledError, "child only");
    assertFalse(outer.cancelled());
    assertInstanceOf(outer.exception(), CancelledError);
    assertEquals(getRunningLoop().time(), 1);
  },
);

testScripts(
  "gather() with returnExceptions gives a cancelled child as a value (W8)",
  async (style) => {
    const child = createTask(style.body(function* () {
      yield sleep(60);
    }));
    const outer = gather(child, sleep(5, "other"), { returnExceptions: true });
    await sleep(1);
    child.cancel("child only");
    const [error, other] = await outer;
    assertInstanceOf(error, CancelledError);
    // As in asyncio the message stays with the wait of the child.
    assertEquals([error.message, other], ["", "other"]);
  },
);

testScripts(
  "cancelling gather() cancels all unfinished children (W9)",
  async (style) => {
    const body = style.body(function* () {
      yield sleep(60);
    });
    const done = createTask(sleep(0));
    const children = [createTask(body), createTask(body)];
    await sleep(1);
    const outer = gather(done, ...children);
    await sleep(1);
    assert(outer.cancel("all"));
    await assertRejects(async () => await outer, CancelledError, "all");
    assertEquals(children.map(outcomeOf), ["cancelled", "cancelled"]);
    assertEquals(outcomeOf(done), "finished");
  },
);

testScripts(
  "cancelling gather() ends it with the first child that is cancelled (W9)",
  async (style) => {
    const slow = createTask(style.body(function* () {
      try {
        yield sleep(60);
      } finally {
        yield sleep(5);
      }
    }));
    const outer = gather(slow, sleep(60));
    await sleep(1);
    outer.cancel();
    await assertRejects(async () => await outer, CancelledError);
    assertEquals([getRunningLoop().time(), outcomeOf(slow)], [1, "pending"]);
    await wait([slow]);
    assertEquals(outcomeOf(slow), "cancelled");
  },
);

testScripts(
  "cancelling gather() with returnExceptions waits for all children (W9)",
  async (style) => {
    const slow = createTask(style.body(function* () {
      try {
        yield sleep(60);
      } finally {
        yield sleep(5);
      }
    }));
    const outer = gather(slow, sleep(60), { returnExceptions: true });
    await sleep(1);
    outer.cancel();
    await assertRejects(async () => await outer, CancelledError);
    assertEquals([getRunningLoop().time(), outcomeOf(slow)], [6, "cancelled"]);
  },
);

testScripts(
  "cancelling gather() whose children refuse ends it cancelled (W9)",
  async (style) => {
    const stubborn = style.body(function* () {
      try {
        yield sleep(60);
      } catch {
        yield sleep(1);
      }
      return "refused";
    });
    const outer = gather(stubborn, stubborn);
    await sleep(1);
    assert(outer.cancel());
    await assertRejects(async () => await outer, CancelledError);
    assertEquals(getRunningLoop().time(), 2);
  },
);

testScripts(
  "cancelling gather() that is done does nothing (W9)",
  async (style) => {
    const pending = createTask(sleep(60));
    const outer = gather(pending, failing(style, 1));
    await wait([outer]);
    assertFalse(outer.cancel());
    assertEquals(outcomeOf(pending), "pending");
    assertInstanceOf(outer.exception(), RangeError);
    pending.cancel();
  },
);

testScripts(
  "cancelling who awaits gather() cancels the children (W9, K13)",
  async (style) => {
    const children = [createTask(sleep(60)), createTask(sleep(60))];
    const task = createTask(style.body(function* () {
      yield gather(...children);
    }));
    await sleep(1);
    task.cancel("from above");
    await assertRejects(async () => await task, CancelledError, "from above");
    await iterations(1);
    assertEquals(children.map(outcomeOf), ["cancelled", "cancelled"]);
  },
);

testVirtual(
  "gather() can be called in a callback and awaited elsewhere",
  async () => {
    const loop = getRunningLoop();
    const handed = loop.createFuture<unknown[]>();
    loop.callSoon(() => {
      gather(sleep(1, "a"), sleep(2, "b")).addDoneCallback((outer) =>
        handed.setResult(outer.result())
      );
    });
    assertEquals(await handed, ["a", "b"]);
  },
);

testVirtual(
  "gather() that refuses an argument lets the earlier ones go on",
  async () => {
    const log: string[] = [];
    const work = async () => {
      await sleep(1);
      log.push("went on");
    };
    assertThrows(() => gather(work, 5 as never), TypeError);
    await sleep(2);
    assertEquals(log, ["went on"]);
  },
);

testVirtual("gather() refuses what cannot be run", async () => {
  const promise = Promise.resolve(1);
  assertThrows(
    () => gather(promise as never),
    TypeError,
    "received a started promise, write () => call() instead of call()",
  );
  assertThrows(() => gather(5 as never), TypeError, "received number 5");
  await promise;
});

testVirtual("gather() refuses futures of different loops (W6)", async () => {
  const own = getRunningLoop().createFuture<void>();
  const foreign = virtualLoop().createFuture<void>();
  assertThrows(
    () => gather(own, foreign),
    RangeError,
    "belongs to a different loop",
  );
  await sleep(0);
});

testVirtual(
  "gather() of futures that are done ends in the next iteration",
  async () => {
    const loop = getRunningLoop();
    const done = loop.createFuture<number>();
    done.setResult(1);
    const outer = gather(done, done);
    await sleep(0);
    assertEquals(await outer, [1, 1]);
    const failed = loop.createFuture<number>();
    failed.setException(new RangeError("broken"));
    await assertRejects(async () => await gather(done, failed), RangeError);
  },
);
