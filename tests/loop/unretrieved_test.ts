import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { BaseEventLoop as Loop } from "../../loop/base_event_loop.ts";
import type { ExceptionHandlerContext } from "../../loop/exception_handler.ts";
import type { Future } from "../../loop/futures.ts";
import { gather } from "../../loop/gather.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { collectGarbage } from "./_garbage.ts";
import { recordReports, virtualLoop } from "./_support.ts";

/** A failed future, the only reference to which is the caller's. */
function fail(loop: BaseEventLoop, message = "broken"): Future<void> {
  const future = loop.createFuture<void>();
  future.setException(new Error(message));
  return future;
}

function describe(reports: ExceptionHandlerContext[]): string[] {
  return reports.map(({ message, exception }) => `${message}: ${exception}`);
}

Deno.test("an error nobody retrieved is reported when the loop closes (F7)", () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  const future = fail(loop);
  assertEquals(reports, []);
  loop.close();
  assertEquals(describe(reports), [
    "Future exception was never retrieved: Error: broken",
  ]);
  assertStrictEquals(reports[0]!.future, future);
});

Deno.test("an error nobody retrieved is reported when the future is collected (F7)", async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  fail(loop);
  await collectGarbage();
  const expected = ["Future exception was never retrieved: Error: broken"];
  assertEquals(describe(reports), expected);
  // The future is gone; its loop does not report it again.
  assertEquals("future" in reports[0]!, false);
  loop.close();
  assertEquals(describe(reports), expected);
});

Deno.test("an error that was retrieved is not reported (F7)", async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  fail(loop).exception();
  try {
    fail(loop).result();
  } catch {
    // Retrieved.
  }
  await loop.runUntilComplete(async () => {
    await assertRejects(async () => await fail(loop));
    await wait([fail(loop)]).then(({ done }) =>
      done.forEach((future) => future.exception())
    );
  });
  await loop.runUntilComplete(function* () {
    try {
      yield* fail(loop);
    } catch {
      // Retrieved.
    }
  });
  loop.close();
  assertEquals(describe(reports), []);
});

Deno.test("a task that failed with nobody waiting is reported as a task (F7)", async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  await loop.runUntilComplete(async () => {
    createTask(async () => {
      throw new Error("in task");
    }, { name: "failing" });
    await sleep(1);
  });
  loop.close();
  assertEquals(describe(reports), [
    "Task exception was never retrieved: Error: in task",
  ]);
});

Deno.test("a done callback alone does not retrieve the error (F7)", async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  const future = fail(loop);
  future.addDoneCallback(() => {});
  await loop.runUntilComplete(sleep(0));
  loop.close();
  assertEquals(reports.length, 1);
});

Deno.test("a cancelled future or task is no unretrieved error (UC4)", async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  loop.createFuture().cancel();
  await loop.runUntilComplete(async () => {
    createTask(sleep(5)).cancel();
    await sleep(1);
  });
  loop.close();
  assertEquals(reports, []);
});

Deno.test("cancelling a failed future marks its error as seen", () => {
  // As in asyncio: whoever cancels has given up on the outcome.
  const loop = virtualLoop();
  const reports = recordReports(loop);
  fail(loop).cancel();
  loop.close();
  assertEquals(reports, []);
});

Deno.test("wait() does not retrieve errors, gather() drops later ones (W1, W7)", async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  const failing = (delay: number, message: string) => async () => {
    await sleep(delay);
    throw new Error(message);
  };
  await loop.runUntilComplete(async () => {
    await wait([createTask(failing(1, "waited for"))]);
    await assertRejects(
      async () => await gather(failing(1, "first"), failing(2, "second")),
      Error,
      "first",
    );
    await sleep(5);
  });
  loop.close();
  assertEquals(describe(reports), [
    "Task exception was never retrieved: Error: waited for",
  ]);
});

Deno.test("errors are reported in the order in which they occurred", () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  const futures = ["a", "b", "c"].map((message) => fail(loop, message));
  futures[1]!.exception();
  loop.close();
  assertEquals(reports.map(({ exception }) => `${exception}`), [
    "Error: a",
    "Error: c",
  ]);
});

Deno.test("the exception of a future that is read by its report's handler is not reported again", () => {
  const loop = virtualLoop();
  let calls = 0;
  loop.setExceptionHandler((_loop, { future }) => {
    calls++;
    (future as Future<unknown>).exception();
  });
  const future = fail(loop);
  loop.close();
  future.exception();
  assertEquals(calls, 1);
});

Deno.test("a loop that is not closed keeps failed futures from nobody's memory", async () => {
  const loop = new Loop();
  const reports = recordReports(loop);
  const futures: WeakRef<object>[] = [];
  for (let i = 0; i < 50; i++) futures.push(new WeakRef(fail(loop, `${i}`)));
  await collectGarbage();
  assertEquals(futures.filter((future) => future.deref()).length, 0);
  assertEquals(reports.length, 50);
  loop.close();
});
