import { assertEquals } from "@std/assert";
import { asCompleted, type Completed } from "../../loop/as_completed.ts";
import type { Coroutine } from "../../loop/coroutines.ts";
import { ensureFuture } from "../../loop/ensure_future.ts";
import type { Future } from "../../loop/futures.ts";
import { gather } from "../../loop/gather.ts";
import { shield } from "../../loop/shield.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { virtual } from "../_support.ts";
import { holds, type Same } from "./_types.ts";

Deno.test("gather() keeps the tuple of its arguments", () =>
  virtual(async () => {
    const results = await gather(
      sleep(0, 1),
      async () => "text",
      createTask(sleep(0, true)),
      function* () {
        return yield* sleep(0, [1]);
      },
    );
    holds<Same<typeof results, [number, string, boolean, number[]]>>();
    assertEquals(results, [1, "text", true, [1]]);
    const [first, second] = await gather(sleep(0, 1), sleep(0, "b"));
    holds<Same<typeof first, number>>();
    holds<Same<typeof second, string>>();
  }));

Deno.test("gather() of a list gives a list", () =>
  virtual(async () => {
    const sources = [1, 2, 3].map((n) => sleep(0, n));
    const results = await gather(...sources);
    holds<Same<typeof results, number[]>>();
    assertEquals(results, [1, 2, 3]);
  }));

Deno.test("gather() with returnExceptions gives results or errors", () =>
  virtual(async () => {
    const broken = async (): Promise<string> => {
      throw new RangeError("broken");
    };
    const results = await gather(sleep(0, 1), broken, {
      returnExceptions: true,
    });
    holds<Same<typeof results, [number | Error, string | Error]>>();
    assertEquals(results.map(String), ["1", "RangeError: broken"]);
    const plain = await gather(sleep(0, 1), { returnExceptions: false });
    const value: number | Error = plain[0];
    assertEquals(value, 1);
  }));

Deno.test("gather() in a generator is typed as well", () =>
  virtual(function* () {
    const [a, b] = yield* gather(sleep(0, 1), sleep(0, "b"));
    holds<Same<typeof a, number>>();
    holds<Same<typeof b, string>>();
    assertEquals([a, b], [1, "b"]);
  }));

Deno.test("asCompleted() gives the futures themselves, however often it is used", () =>
  virtual(async () => {
    // TypeScript awaits the elements of an AsyncIterable that it sees a second
    // time; `Completed` keeps it from that.
    const make = () => [createTask(sleep(0, 1)), createTask(sleep(0, 2))];
    for await (const done of asCompleted(make())) {
      holds<Same<typeof done, Completed<Task<number>>>>();
      const task: Task<number> = done;
      const value: number = done.result();
      assertEquals(task.result(), value);
    }
    const names = new Map<Task<number>, string>();
    for await (const done of asCompleted(make())) {
      holds<Same<typeof done, Completed<Task<number>>>>();
      names.set(done, done.getName());
    }
    assertEquals(names.size, 2);
  }));

Deno.test("asCompleted() of several types gives futures of the union", () =>
  virtual(async () => {
    const sources = [sleep(0, 1), sleep(0, "b"), async () => true];
    const values: (number | string | boolean)[] = [];
    for await (const done of asCompleted(sources)) values.push(done.result());
    assertEquals(values.length, 3);
    for (const next of asCompleted([sleep(0, 1), sleep(0, "b")])) {
      holds<Same<typeof next, Coroutine<number | string>>>();
      const value: number | string = await next;
      assertEquals(typeof value === "object", false);
    }
  }));

Deno.test("asCompleted() in a generator gives typed steps", () =>
  virtual(function* () {
    const iterator = asCompleted([sleep(0, 1)])[Symbol.asyncIterator]();
    const step = yield* iterator.next();
    if (step.done) throw new Error("Nothing to give");
    const value: number = step.value.result();
    assertEquals(value, 1);
  }));

Deno.test("wait() gives sets of the type of its futures", () =>
  virtual(async () => {
    const tasks = [createTask(sleep(0, 1)), createTask(sleep(0, 2))];
    const { done, pending } = await wait(tasks);
    holds<Same<typeof done, Set<Task<number>>>>();
    holds<Same<typeof pending, Set<Task<number>>>>();
    assertEquals([...done].map((task) => task.result()), [1, 2]);
  }));

Deno.test("waitFor(), shield() and ensureFuture() keep the result", () =>
  virtual(async () => {
    const waited = await waitFor(sleep(0, 1), 5);
    const shielded = shield(async () => "text");
    const ensured = ensureFuture(sleep(0, true));
    holds<Same<typeof waited, number>>();
    holds<Same<typeof shielded, Future<string>>>();
    holds<Same<typeof ensured, Future<boolean>>>();
    assertEquals([waited, await shielded, await ensured], [1, "text", true]);
  }));
