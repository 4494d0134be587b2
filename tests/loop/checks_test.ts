import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { RuntimeError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { recordReports, testVirtual, virtualLoop } from "./_support.ts";

// What debug mode checks and tells; see also unawaited_test.ts.

testVirtual(
  "debug mode refuses coroutine functions as callbacks (L12)",
  async () => {
    const loop = getRunningLoop();
    loop.setDebug(true);
    const wrong = [async () => {}, function* () {}];
    for (const callback of wrong) {
      assertThrows(
        () => loop.callSoon(callback),
        TypeError,
        "coroutines cannot be used with callSoon()",
      );
      for (
        const [method, call] of Object.entries({
          callLater: () => loop.callLater(1, callback),
          callAt: () => loop.callAt(1, callback),
          callSoonThreadsafe: () => loop.callSoonThreadsafe(callback),
          addDoneCallback: () => loop.createFuture().addDoneCallback(callback),
        })
      ) {
        assertThrows(
          call,
          TypeError,
          `coroutines cannot be used with ${method}()`,
        );
      }
    }
    loop.setDebug(false);
    await sleep(0);
  },
);

testVirtual(
  "what is no function is refused by the name of the method that got it",
  async () => {
    const loop = getRunningLoop();
    const nothing = null as unknown as () => void;
    for (
      const [method, call] of Object.entries({
        callSoon: () => loop.callSoon(nothing),
        callLater: () => loop.callLater(1, nothing),
        callAt: () => loop.callAt(1, nothing),
      })
    ) {
      assertThrows(
        call,
        TypeError,
        `Cannot schedule callback: ${method}() expects a function`,
      );
    }
    await sleep(0);
  },
);

testVirtual(
  "debug mode refuses callbacks from a task of another loop (D2)",
  async () => {
    const other = virtualLoop();
    other.setDebug(true);
    for (
      const call of [
        () => other.callSoon(() => {}),
        () => other.callLater(1, () => {}),
        () => other.createTask(async () => {}),
      ]
    ) {
      assertThrows(call, RuntimeError, "Non-thread-safe operation");
    }
    other.callSoonThreadsafe(() => {});
    other.close();
    await sleep(0);
  },
);

Deno.test("code outside any loop may schedule on each, in debug mode too", async () => {
  const loops = [virtualLoop(), virtualLoop()];
  const seen: number[] = [];
  const runs = loops.map((loop, index) => {
    loop.setDebug(true);
    const run = loop.runForever();
    loop.callSoon(() => seen.push(index));
    loop.createTask(async () => loop.stop());
    return run;
  });
  await Promise.all(runs);
  for (const loop of loops) loop.close();
  assertEquals(seen.sort(), [0, 1]);
});

testVirtual(
  "debug mode tells where a failing callback was scheduled (D2, H1)",
  async () => {
    const loop = getRunningLoop();
    loop.setDebug(true);
    const reports = recordReports();
    loop.callSoon(function broken() {
      throw new Error("broken");
    });
    await sleep(0);
    loop.setDebug(false);
    assertMatch(String(reports[0]!["handleTraceback"]), /checks_test\.ts/);
  },
);

Deno.test("debug mode tells where a future nobody retrieved was made (D2, F7)", () => {
  const loop = virtualLoop();
  loop.setDebug(true);
  const reports = recordReports(loop);
  loop.createFuture().setException(new Error("lost"));
  loop.close();
  assertMatch(String(reports[0]!["sourceTraceback"]), /checks_test\.ts/);
});

testVirtual("without debug mode reports have no places", async () => {
  const loop = getRunningLoop();
  loop.setDebug(false);
  const reports = recordReports();
  loop.callSoon(() => {
    throw new Error("broken");
  });
  await createTask(sleep(0));
  assertEquals("handleTraceback" in reports[0]!, false);
});
