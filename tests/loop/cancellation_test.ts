// deno-lint-ignore-file require-yield
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { coroutine } from "../../loop/coroutine_function.ts";
import { CancelledError } from "../../loop/errors.ts";
import { gather } from "../../loop/gather.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask, type Task } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { Queue } from "../../queues/queue.ts";
import { iterations, outcomeOf } from "../_support.ts";
import {
  testMixedScripts,
  testScripts,
  testVirtual,
  thrownBy,
} from "./_support.ts";

testScripts(
  "Task.cancel() cancels at once what the task waits for (K5)",
  async (style) => {
    const future = getRunningLoop().createFuture<void>();
    const task = createTask(style.body(function* () {
      yield future;
    }));
    await sleep(0);
    assert(task.cancel());
    assert(future.cancelled());
    assertFalse(task.done());
    assertEquals(task.cancelling(), 1);
    await sleep(0);
    assert(task.cancelled());
  },
);

testScripts(
  "Task.cancel() on a task that is done does nothing (K5)",
  async (style) => {
    const task = createTask(style.body(function* () {
      return 1;
    }));
    await task;
    assertFalse(task.cancel());
    assertEquals([task.cancelling(), task.result()], [0, 1]);
  },
);

testScripts(
  "Task.cancel() throws at the next step if nothing can be cancelled (K5)",
  async (style) => {
    const log: string[] = [];
    const task = createTask(style.body(function* () {
      try {
        yield sleep(0);
        log.push("not reached");
      } catch (error) {
        log.push(String(error));
        throw error;
      }
    }));
    await sleep(0);
    task.cancel("next step");
    await assertRejects(async () => await task, CancelledError, "next step");
    assertEquals(log, ["CancelledError: next step"]);
  },
);

testScripts(
  "Task.cancel() replaces a result that has not been delivered (K5)",
  async (style) => {
    const future = getRunningLoop().createFuture<string>();
    const task = createTask(style.body(function* () {
      return yield future;
    }));
    await sleep(0);
    future.setResult("lost");
    assert(task.cancel());
    await wait([task]);
    assert(task.cancelled());
    assertEquals(future.result(), "lost");
  },
);

testScripts(
  "Task.cancel() is delivered again after it was swallowed (K6)",
  async (style) => {
    const log: string[] = [];
    const task = createTask(style.body(function* () {
      for (let i = 1; i <= 3; i++) {
        try {
          yield sleep(60);
        } catch (error) {
          log.push(`${i} ${(error as Error).message}`);
        }
      }
      return "stubborn";
    }));
    for (const message of ["a", "b", "c"]) {
      await sleep(1);
      task.cancel(message);
    }
    assertEquals(await task, "stubborn");
    assertEquals(log, ["1 a", "2 b", "3 c"]);
    assertEquals(task.cancelling(), 3);
    assertFalse(task.cancelled());
  },
);

testScripts(
  "Task.cancel() twice before the step is thrown once (K6)",
  async (style) => {
    const log: string[] = [];
    const task = createTask(style.body(function* () {
      try {
        yield sleep(60);
      } catch {
        log.push("cancelled");
      }
      yield sleep(1);
      return "ended";
    }));
    await sleep(1);
    task.cancel();
    task.cancel();
    assertEquals(task.cancelling(), 2);
    assertEquals(await task, "ended");
    assertEquals(log, ["cancelled"]);
  },
);

testScripts(
  "Task.cancel() before the first step keeps the body from running (K7)",
  async (style) => {
    let ran = false;
    const task = createTask(style.body(function* () {
      ran = true;
    }));
    task.cancel("too early");
    await assertRejects(async () => await task, CancelledError, "too early");
    assertFalse(ran);
  },
);

testVirtual(
  "Task.cancel() before the first step keeps coroutines from running (K7)",
  async () => {
    const queue = new Queue<number>();
    const generator = (function* () {
      queue.putNowait(1);
    })();
    const task = createTask(generator);
    const put = createTask(queue.put(2));
    task.cancel();
    put.cancel();
    await wait([task, put]);
    assertEquals([outcomeOf(task), outcomeOf(put)], ["cancelled", "cancelled"]);
    assertEquals(queue.qsize(), 0);
  },
);

testScripts(
  "a task that cancels itself is interrupted at its next wait (K8)",
  async (style) => {
    const loop = getRunningLoop();
    const log: string[] = [];
    const done = loop.createFuture<string>();
    done.setResult("no wait");
    const task = createTask(style.body(function* () {
      currentTask()!.cancel("itself");
      log.push(yield done);
      try {
        yield sleep(60);
      } catch (error) {
        log.push(String(error));
      }
      yield sleep(1);
      log.push("edge-triggered");
    }));
    await task;
    assertEquals(log, ["no wait", "CancelledError: itself", "edge-triggered"]);
    assertEquals(loop.time(), 1);
  },
);

testScripts(
  "a task that cancels itself cancels the future as soon as it waits (K8)",
  async (style) => {
    const loop = getRunningLoop();
    const future = loop.createFuture<void>();
    const task = createTask(style.body(function* () {
      currentTask()!.cancel();
      loop.callSoon(() => assert(future.cancelled()));
      yield future;
    }));
    await wait([task]);
    assert(task.cancelled());
  },
);

testScripts(
  "a task that cancels itself and returns ends cancelled (K8)",
  async (style) => {
    const task = createTask(style.body(function* () {
      yield sleep(1);
      currentTask()!.cancel("late");
      return "lost";
    }));
    await assertRejects(async () => await task, CancelledError, "late");
    assert(task.cancelled());
  },
);

testScripts(
  "a task that cancels itself and throws ends failed (K8)",
  async (style) => {
    const task = createTask(style.body(function* () {
      yield sleep(1);
      currentTask()!.cancel();
      throw new RangeError("stronger");
    }));
    await assertRejects(async () => await task, RangeError, "stronger");
  },
);

testScripts(
  "a task that catches CancelledError and returns is not cancelled (K9)",
  async (style) => {
    const task = createTask(style.body(function* () {
      try {
        return yield sleep(60);
      } catch {
        return "caught";
      }
    }));
    await sleep(1);
    task.cancel();
    assertEquals(await task, "caught");
    assertFalse(task.cancelled());
  },
);

testScripts(
  "cleaning up may wait: a cancellation is delivered once (K10)",
  async (style) => {
    const log: string[] = [];
    const task = createTask(style.body(function* () {
      try {
        yield sleep(60);
      } finally {
        yield sleep(1);
        log.push(`cleaned up at ${getRunningLoop().time()}`);
      }
    }));
    await sleep(1);
    task.cancel();
    await assertRejects(async () => await task, CancelledError);
    assertEquals(log, ["cleaned up at 2"]);
  },
);

testScripts("cleaning up may be cancelled in its turn (K6)", async (style) => {
  const log: string[] = [];
  const task = createTask(style.body(function* () {
    try {
      yield sleep(60);
    } finally {
      try {
        yield sleep(60);
      } finally {
        log.push(`at ${getRunningLoop().time()}`);
      }
    }
  }));
  await sleep(1);
  task.cancel("first");
  await sleep(1);
  task.cancel("second");
  await assertRejects(async () => await task, CancelledError, "second");
  assertEquals(log, ["at 2"]);
});

testScripts(
  "Task.uncancel() takes back requests, never below zero (K11)",
  async (style) => {
    const task = createTask(style.body(function* () {
      for (let i = 0; i < 2; i++) {
        try {
          yield sleep(60);
        } catch {
          // Swallowed.
        }
      }
    }));
    await sleep(0);
    assertEquals([task.cancelling(), task.uncancel()], [0, 0]);
    task.cancel();
    await sleep(0);
    task.cancel();
    assertEquals(task.cancelling(), 2);
    assertEquals([task.uncancel(), task.uncancel(), task.uncancel()], [
      1,
      0,
      0,
    ]);
    await task;
  },
);

testScripts(
  "Task.uncancel() to zero drops an error not thrown yet (K11)",
  async (style) => {
    const task = createTask(style.body(function* () {
      const self = currentTask()!;
      self.cancel();
      self.cancel();
      self.uncancel();
      self.uncancel();
      yield sleep(1);
      self.cancel();
      self.uncancel();
      return "kept";
    }));
    assertEquals(await task, "kept");
  },
);

testScripts(
  "Task.uncancel() above zero leaves the error due (K11)",
  async (style) => {
    const task = createTask(style.body(function* () {
      const self = currentTask()!;
      self.cancel();
      self.cancel();
      self.uncancel();
      yield sleep(1);
    }));
    await assertRejects(async () => await task, CancelledError);
  },
);

testScripts(
  "Task.uncancel() does not retract an error in flight (K11)",
  async (style) => {
    const task = createTask(style.body(function* () {
      yield sleep(60);
    }));
    await sleep(0);
    task.cancel();
    task.uncancel();
    await assertRejects(async () => await task, CancelledError);
  },
);

testMixedScripts(
  "Task.cancel() throws at the innermost wait (K5, K13)",
  async (outer, inner) => {
    const log: string[] = [];
    const report = (where: string, error: unknown) => {
      log.push(`${where}: ${(error as Error).message}`);
      throw error;
    };
    const innermost = inner.body(function* () {
      try {
        yield sleep(60);
      } catch (error) {
        report("innermost", error);
      }
    });
    const child: { task?: Task<void> } = {};
    const middle = coroutine(outer.body(function* () {
      try {
        yield child.task = createTask(innermost);
      } catch (error) {
        report("middle", error);
      }
    }));
    const task = createTask(inner.body(function* () {
      try {
        yield middle();
      } catch (error) {
        report("outermost", error);
      }
    }));
    await sleep(1);
    task.cancel("deep");
    assertEquals([task.cancelling(), child.task!.cancelling()], [1, 1]);
    await wait([task]);
    assertEquals([outcomeOf(task), outcomeOf(child.task!)], [
      "cancelled",
      "cancelled",
    ]);
    assertEquals(log, ["innermost: deep", "middle: deep", "outermost: deep"]);
  },
);

testMixedScripts(
  "a child that refuses to be cancelled saves its parent",
  async (outer, inner) => {
    const child = inner.body(function* () {
      try {
        return yield sleep(60);
      } catch {
        return "refused";
      }
    });
    const task = createTask(outer.body(function* () {
      return yield createTask(child);
    }));
    await sleep(1);
    task.cancel();
    assertEquals(await task, "refused");
    assertEquals(task.cancelling(), 1);
  },
);

testScripts(
  "the error a task was cancelled with is thrown once, then copies (K13)",
  async (style) => {
    let thrown: unknown;
    const task = createTask(style.body(function* () {
      try {
        yield sleep(60);
      } catch (error) {
        thrown = error;
        throw error;
      }
    }));
    await sleep(1);
    task.cancel("message");
    await wait([task]);
    assertInstanceOf(thrown, CancelledError);
    assertStrictEquals(thrownBy(() => task.result()), thrown);
    const second = thrownBy(() => task.result());
    assertInstanceOf(second, CancelledError);
    assertNotStrictEquals(second, thrown);
  },
);

testScripts(
  "tasks that wait for each other in a circle can be cancelled",
  async (style) => {
    const tasks: Task<void>[] = [];
    for (let i = 0; i < 3; i++) {
      tasks.push(createTask(style.body(function* () {
        yield sleep(0);
        yield tasks[(i + 1) % 3]!;
      })));
    }
    await sleep(1);
    tasks[0]!.cancel();
    await iterations(5);
    assertEquals(tasks.map(outcomeOf), ["cancelled", "cancelled", "cancelled"]);
  },
);

testScripts(
  "Task.cancel() during the last step of another task is not lost",
  async (style) => {
    const log: string[] = [];
    const victim = createTask(style.body(function* () {
      yield sleep(1);
      log.push("victim went on");
    }));
    const killer = createTask(style.body(function* () {
      yield sleep(1);
      victim.cancel();
    }));
    await wait([victim, killer]);
    // The victim's timer came first.
    assertEquals(log, ["victim went on"]);
    assertEquals(outcomeOf(victim), "finished");
  },
);

Deno.test("Task.cancel() works from a callback of the host", () =>
  run(async () => {
    const task = createTask(sleep(60));
    setTimeout(() => task.cancel("from the host"), 1);
    await assertRejects(
      async () => await task,
      CancelledError,
      "from the host",
    );
  }));

testScripts(
  "a task that waits for itself through gather() can be cancelled",
  async (style) => {
    const task: Task<void> = createTask(style.body(function* () {
      yield sleep(0);
      yield gather(task, sleep(60));
    }));
    await sleep(1);
    task.cancel();
    await wait([task], { timeout: 5 });
    assertEquals(outcomeOf(task), "cancelled");
    // What it had asked for is nobody's now.
    getRunningLoop().setExceptionHandler(() => {});
  },
);
