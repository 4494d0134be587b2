import { assertEquals } from "@std/assert";
import type {
  Awaitable,
  Body,
  CoroutineGenerator,
  CoroutineLike,
} from "../../loop/awaitables.ts";
import { coroutine } from "../../loop/coroutine_function.ts";
import type { Coroutine } from "../../loop/coroutines.ts";
import { wrapFuture } from "../../loop/ensure_future.ts";
import type { Future } from "../../loop/futures.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { type TaskGroup, taskGroup } from "../../loop/task_groups.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import { type Timeout, timeout, timeoutAt } from "../../loop/timeouts.ts";
import { Queue } from "../../queues/queue.ts";
import { Lock } from "../../sync/lock.ts";
import { virtual } from "../_support.ts";
import { holds, type Same } from "./_types.ts";

Deno.test("yield* gives the type of the result", () =>
  virtual(function* () {
    const queue = new Queue<number>();
    yield* queue.put(1);
    const item: number = yield* queue.get();
    const text = yield* sleep(0, "text");
    const nothing = yield* sleep(0);
    const future = getRunningLoop().createFuture<boolean>();
    future.setResult(true);
    const flag = yield* future;
    const fromTask = yield* createTask(sleep(0, [1, 2]));
    const wrapped = yield* wrapFuture(Promise.resolve(new Date(0)));
    holds<Same<typeof text, string>>();
    holds<Same<typeof nothing, void>>();
    holds<Same<typeof flag, boolean>>();
    holds<Same<typeof fromTask, number[]>>();
    holds<Same<typeof wrapped, Date>>();
    assertEquals([item, text, flag, fromTask], [1, "text", true, [1, 2]]);
  }));

Deno.test("await gives the type of the result", () =>
  virtual(async () => {
    const queue = new Queue<number>();
    await queue.put(1);
    const item = await queue.get();
    const text = await sleep(0, "text");
    const fromTask = await createTask(async () => 5);
    const all = await Promise.all([sleep(0, 1), sleep(0, "b")]);
    const chained = await sleep(0, 1).then((value) => `${value}`);
    holds<Same<typeof item, number>>();
    holds<Same<typeof text, string>>();
    holds<Same<typeof fromTask, number>>();
    holds<Same<typeof all, [number, string]>>();
    holds<Same<typeof chained, string>>();
    assertEquals([item, text, fromTask, all], [1, "text", 5, [1, "b"]]);
  }));

Deno.test("Coroutine, Future and Task are promises to typed code", () =>
  virtual(async () => {
    const promises: Promise<number>[] = [
      sleep(0, 1),
      createTask(sleep(0, 2)),
      wrapFuture(Promise.resolve(3)),
    ];
    assertEquals(await Promise.all(promises), [1, 2, 3]);
  }));

Deno.test("coroutine() keeps parameters and result, of either style", () =>
  virtual(async () => {
    const generator = coroutine(function* (n: number, text: string = "") {
      yield* sleep(0);
      return text.repeat(n);
    });
    const native = coroutine(async (n: number) => n > 0);
    holds<
      Same<typeof generator, (n: number, text?: string) => Coroutine<string>>
    >();
    holds<Same<typeof native, (n: number) => Coroutine<boolean>>>();
    assertEquals([await generator(2, "a"), await native(1)], ["aa", true]);
  }));

Deno.test("createTask() has the type of what it runs", () =>
  virtual(async () => {
    const sources = {
      coroutine: createTask(sleep(0, 1)),
      generator: createTask((function* () {
        yield* sleep(0);
        return 1;
      })()),
      generatorFunction: createTask(function* () {
        yield* sleep(0);
        return 1;
      }),
      asyncFunction: createTask(async () => 1),
      thunk: createTask(() => sleep(0, 1)),
    };
    holds<Same<typeof sources.coroutine, Task<number>>>();
    holds<Same<typeof sources.generator, Task<number>>>();
    holds<Same<typeof sources.generatorFunction, Task<number>>>();
    holds<Same<typeof sources.asyncFunction, Task<number>>>();
    holds<Same<typeof sources.thunk, Task<number>>>();
    for (const task of Object.values(sources)) assertEquals(await task, 1);
  }));

Deno.test("run() has the type of main", async () => {
  const a = await run(async () => 1);
  const b = await run(function* () {
    return yield* sleep(0, "text");
  });
  const c = await run(() => sleep(0, true));
  const d = await run(sleep(0, [1]));
  holds<Same<typeof a, number>>();
  holds<Same<typeof b, string>>();
  holds<Same<typeof c, boolean>>();
  holds<Same<typeof d, number[]>>();
  assertEquals([a, b, c, d], [1, "text", true, [1]]);
});

Deno.test("bodies get their argument typed, and give their result", () =>
  virtual(async () => {
    const timed = await timeout(1, async (deadline) => {
      holds<Same<typeof deadline, Timeout>>();
      return deadline.expired();
    });
    const timedAt = await timeoutAt(1, function* (deadline) {
      holds<Same<typeof deadline, Timeout>>();
      return yield* sleep(0, deadline.when());
    });
    const grouped = await taskGroup(async (group) => {
      holds<Same<typeof group, TaskGroup>>();
      const member = group.createTask(sleep(0, "member"));
      holds<Same<typeof member, Task<string>>>();
      return await member;
    });
    const locked = await new Lock().with(() => sleep(0, 5));
    holds<Same<typeof timed, boolean>>();
    holds<Same<typeof timedAt, number | null>>();
    holds<Same<typeof grouped, string>>();
    holds<Same<typeof locked, number>>();
    assertEquals([timed, timedAt, grouped, locked], [false, 1, "member", 5]);
  }));

Deno.test("done callbacks get the future with its type", () =>
  virtual(async () => {
    const task = createTask(sleep(0, 1));
    task.addDoneCallback((done) => {
      holds<Same<typeof done, Task<number>>>();
    });
    const future: Future<string> = getRunningLoop().createFuture();
    future.addDoneCallback((done) => {
      const value: string = done.result();
      assertEquals(value, "text");
    });
    future.setResult("text");
    await task;
  }));

Deno.test("callSoon() and callLater() check the arguments of the callback", () =>
  virtual(async () => {
    const loop = getRunningLoop();
    const log: string[] = [];
    const note = (n: number, text: string) => void log.push(`${n}${text}`);
    loop.callSoon(note, 1, "a");
    loop.callLater(0, note, 2, "b");
    // @ts-expect-error: the second argument is missing
    loop.callSoon(note, 3);
    // @ts-expect-error: a string is no number
    loop.callLater(0, note, "4", "d");
    await sleep(1);
    assertEquals(log, ["1a", "3undefined", "2b", "4d"]);
  }));

Deno.test("the exported types accept both styles", () => {
  const awaitables: Awaitable<number>[] = [sleep(0, 1)];
  const generator: CoroutineGenerator<number> = (function* () {
    return yield* sleep(0, 1);
  })();
  const sources: CoroutineLike<number>[] = [
    ...awaitables,
    generator,
    async () => 1,
    () => sleep(0, 1),
  ];
  const bodies: Body<number, [string]>[] = [
    async (text) => text.length,
    function* (text) {
      return yield* sleep(0, text.length);
    },
    (text) => sleep(0, text.length),
  ];
  assertEquals([sources.length, bodies.length], [4, 3]);
});
