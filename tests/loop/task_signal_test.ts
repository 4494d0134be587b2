import { assert, assertEquals } from "@std/assert";
import {
  CancelledError,
  createTask,
  currentTask,
  sleep,
  taskGroup,
  timeout,
  TimeoutError,
} from "../../loop/mod.ts";
import { virtual } from "../_support.ts";

/** The current task's signal. */
function signal(): AbortSignal {
  return currentTask()!.signal;
}

async function expires(body: () => PromiseLike<unknown>): Promise<void> {
  try {
    await timeout(1, body);
    assert(false, "the timeout did not expire");
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
}

Deno.test("Task.signal is fresh after a timeout", () =>
  virtual(async () => {
    for (let round = 0; round < 3; round++) {
      let seen: AbortSignal | undefined;
      await expires(async () => {
        seen = signal();
        assert(!seen.aborted);
        await sleep(60);
      });
      assert(seen!.aborted);
      assert(seen!.reason instanceof CancelledError);
    }
    assert(!signal().aborted);
  }));

Deno.test("Task.signal outlives a timeout in which it is not asked for", () =>
  virtual(async () => {
    const outer = signal();
    await expires(async () => await sleep(60));
    assert(!outer.aborted);
    assertEquals(signal(), outer);
  }));

Deno.test("Task.signal of a body is aborted when the task is cancelled", () =>
  virtual(async () => {
    const seen: AbortSignal[] = [];
    const task = createTask(async () => {
      seen.push(signal());
      await timeout(60, async () => {
        seen.push(signal());
        await sleep(30);
      });
    });
    await sleep(1);
    assertEquals(seen.map(({ aborted }) => aborted), [false, false]);
    task.cancel("enough");
    assertEquals(seen.map(({ aborted }) => aborted), [true, true]);
    assertEquals(seen.map(({ reason }) => reason.message), [
      "enough",
      "enough",
    ]);
    assertEquals(task.signal, seen[0]);
  }));

Deno.test("Task.signal of a group's body is aborted when a member fails", () =>
  virtual(async () => {
    let seen: AbortSignal | undefined;
    try {
      await taskGroup(async (group) => {
        seen = signal();
        group.createTask(async () => {
          throw new Error("fails");
        });
        await sleep(60);
      });
    } catch {
      assert(seen!.aborted);
    }
    assert(!signal().aborted);
  }));

Deno.test("Task.signal is aborted from the start while a request is open", () =>
  virtual(async () => {
    const task = createTask(async () => {
      try {
        await sleep(60);
      } finally {
        assert(signal().aborted);
      }
    });
    await sleep(1);
    task.cancel();
    await Promise.allSettled([task]);
    assert(task.cancelled());
  }));

Deno.test("Task.signal is fresh once uncancel() took all requests back", () =>
  virtual(async () => {
    const task = createTask(async () => {
      const first = signal();
      try {
        await sleep(60);
      } catch {
        assert(first.aborted);
        assert(signal().aborted);
        currentTask()!.uncancel();
      }
      assert(!signal().aborted);
      await sleep(1);
      return "went on";
    });
    await sleep(1);
    task.cancel();
    assertEquals(await task, "went on");
  }));

Deno.test("Task.signal is the body's in a generator, too", () =>
  virtual(function* () {
    const outer = signal();
    let inner: AbortSignal | undefined;
    try {
      yield* timeout(1, function* () {
        inner = signal();
        yield* sleep(60);
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
    assert(inner!.aborted);
    assert(!outer.aborted);
  }));
