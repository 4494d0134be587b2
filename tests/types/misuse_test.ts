import { assertRejects, assertThrows } from "@std/assert";
import { asCompleted } from "../../loop/as_completed.ts";
import { coroutine } from "../../loop/coroutine_function.ts";
import { ensureFuture } from "../../loop/ensure_future.ts";
import { gather } from "../../loop/gather.ts";
import { run } from "../../loop/runners.ts";
import { shield } from "../../loop/shield.ts";
import { sleep } from "../../loop/sleep.ts";
import { taskGroup } from "../../loop/task_groups.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { wait } from "../../loop/wait.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { Lock } from "../../sync/lock.ts";
import { virtual } from "../_support.ts";

// What is wrong is an error of the type checker, here expected, and in plain
// JavaScript a TypeError that says what to write instead.

const STARTED = "received a started promise, write () => call() instead of " +
  "call(), or wrapFuture(promise)";

async function work(): Promise<number> {
  await Promise.resolve();
  return 1;
}

function* fetchPage(url: string) {
  yield* sleep(0);
  return url.length;
}

Deno.test("a started promise is no coroutine", () =>
  virtual(async () => {
    // @ts-expect-error: work() has started, it could not be cancelled
    assertThrows(() => createTask(work()), TypeError, STARTED);
    // @ts-expect-error: work() has started
    assertThrows(() => gather(work()), TypeError, STARTED);
    // @ts-expect-error: work() has started
    assertThrows(() => shield(work()), TypeError, STARTED);
    // @ts-expect-error: work() has started
    assertThrows(() => waitFor(work(), 1), TypeError, STARTED);
    // @ts-expect-error: work() has started
    assertThrows(() => ensureFuture(work()), TypeError, STARTED);
    // @ts-expect-error: work() has started
    assertThrows(() => asCompleted([work()]), TypeError, STARTED);
    // @ts-expect-error: work() has started
    assertThrows(() => wait([work()]), TypeError, "use createTask()");
    await taskGroup(async (group) => {
      // @ts-expect-error: work() has started
      assertThrows(() => group.createTask(work()), TypeError, STARTED);
    });
  }));

Deno.test("run() takes no started promise", async () => {
  // @ts-expect-error: work() has started
  await assertRejects(() => run(work()), TypeError, STARTED);
});

Deno.test("a function that needs arguments is no coroutine", () =>
  virtual(async () => {
    const advice = "received the function 'fetchPage' which needs arguments, " +
      "write () => fetchPage(...) instead";
    // @ts-expect-error: nobody would give it its argument
    assertThrows(() => createTask(fetchPage), TypeError, advice);
    // @ts-expect-error: nobody would give it its argument
    assertThrows(() => gather(fetchPage), TypeError, advice);
    // @ts-expect-error: nobody would give it its argument
    assertThrows(() => waitFor(fetchPage, 1), TypeError, advice);
    // @ts-expect-error: nobody would give it its argument
    const nameless = () => createTask((url: string) => fetchPage(url));
    assertThrows(nameless, TypeError, "received a function which needs");
    // Either of these is right.
    await createTask(fetchPage("a"));
    await createTask(() => fetchPage("a"));
  }));

Deno.test("a generator function is no generator to yield* and await", () =>
  virtual(function* () {
    function* work() {
      return yield* sleep(0, 1);
    }
    // @ts-expect-error: the function has to be called
    assertThrows(() => [...work], TypeError);
    // As a task or a body it may stay a function: it is called there.
    yield* createTask(work);
    yield* timeout(1, work);
  }));

Deno.test("what is nothing awaitable is refused by name", () =>
  virtual(async () => {
    const refused = (call: () => unknown, what: string) =>
      assertThrows(
        call,
        TypeError,
        `Cannot create task: expected a coroutine, received ${what}`,
      );
    // @ts-expect-error: a number
    refused(() => createTask(5), "number 5");
    // @ts-expect-error: a text
    refused(() => createTask("text"), "string text");
    // @ts-expect-error: nothing
    refused(() => createTask(undefined), "undefined");
    // @ts-expect-error: nothing
    refused(() => createTask(null), "null");
    // @ts-expect-error: a plain object
    refused(() => createTask({}), "an object of class Object");
    // @ts-expect-error: a list, as for Promise.all
    refused(() => createTask([sleep(0)]), "an object of class Array");
    await sleep(0);
  }));

Deno.test("a function that returns nothing awaitable fails when it is run", () =>
  virtual(async () => {
    const advice = "expected an async function or a generator function";
    // @ts-expect-error: it returns a number
    const task = createTask(() => 5);
    await assertRejects(async () => await task, TypeError, advice);
    // @ts-expect-error: it returns nothing
    await assertRejects(() => timeout(1, () => {}), TypeError, advice);
    // @ts-expect-error: it returns a text
    const plain = coroutine((name: string) => name);
    await assertRejects(async () => await plain("x"), TypeError, advice);
  }));

Deno.test("gather() takes no list", () =>
  virtual(async () => {
    const advice = "received a list, write gather(...list)";
    const list = [sleep(0)];
    // @ts-expect-error: a list, as for Promise.all
    assertThrows(() => gather(list), TypeError, advice);
    await gather(...list);
  }));

Deno.test("a body is a function, and nothing that has started", () =>
  virtual(async () => {
    const advice = "expected an async function or a generator function, " +
      "received <Coroutine sleep>";
    // @ts-expect-error: a coroutine
    await assertRejects(() => timeout(1, sleep(0)), TypeError, advice);
    const started = "received [object Promise]";
    // @ts-expect-error: work() has started
    await assertRejects(() => timeout(1, work()), TypeError, started);
    // @ts-expect-error: work() has started
    await assertRejects(() => new Lock().with(work()), TypeError, started);
  }));

Deno.test("yield without the star is told so", () =>
  virtual(async () => {
    const task = createTask((function* () {
      // Not an error of the type checker: a bare generator may yield anything.
      yield sleep(0) as unknown as undefined;
    })());
    await assertRejects(
      async () => await task,
      Error,
      "write yield* before what is waited for",
    );
    // A generator function given to createTask() is checked.
    const wrong = function* () {
      yield sleep(0);
    };
    // @ts-expect-error: it yields a coroutine instead of waiting for it
    const checked = createTask(wrong);
    await assertRejects(async () => await checked, Error, "write yield*");
  }));

Deno.test("wait() takes a list of futures", () =>
  virtual(async () => {
    const task = createTask(sleep(0));
    const message = "Cannot wait: expected a list of futures";
    // @ts-expect-error: one future is no list
    assertThrows(() => wait(task), TypeError, message);
    // @ts-expect-error: coroutines have to be tasks
    assertThrows(() => wait([sleep(0)]), TypeError, "use createTask()");
    await wait([task]);
  }));
