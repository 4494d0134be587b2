import { assertEquals, assertRejects } from "@std/assert";
import { RuntimeError } from "../../loop/errors.ts";
import { createTask } from "../../loop/tasks.ts";
import { Event } from "../../sync/event.ts";
import { iterations, testInBothStyles, virtual } from "../_support.ts";
import { counted, testWait } from "./_wait_contract.ts";

testWait({
  name: "Event.wait()",
  shared: true,
  make() {
    const event = new Event();
    return Promise.resolve({
      wait: () => event.wait(),
      wake: () => event.set(),
      waiting: () => counted(event, "waiters"),
    });
  },
});

testInBothStyles(
  "Event.wait() returns true although the event was cleared again (LK3)",
  async (style) => {
    const event = new Event();
    const results: boolean[] = [];
    const task = createTask(
      style.body(() => event.wait(), (result) => results.push(result)),
    );
    await iterations(1);
    event.set();
    event.clear();
    assertEquals(event.isSet(), false);
    await task;
    assertEquals(results, [true]);
  },
);

Deno.test("Event.set() does not wake those who came after a clear()", () =>
  virtual(async () => {
    const event = new Event();
    const log: string[] = [];
    const wait = async (name: string) => {
      await event.wait();
      log.push(name);
    };
    const early = createTask(() => wait("early"));
    await iterations(1);
    event.set();
    event.clear();
    const late = createTask(() => wait("late"));
    await iterations(2);
    assertEquals(log, ["early"]);
    event.set();
    await early;
    await late;
    assertEquals(log, ["early", "late"]);
  }));

Deno.test("Event.wait() works outside any task", async () => {
  const event = new Event();
  setTimeout(() => event.set(), 1);
  assertEquals(await event.wait(), true);
});

Deno.test("Event bound to one loop refuses to wait on another (LK1)", async () => {
  const event = new Event();
  const waitOnce = () =>
    virtual(async () => {
      const waiter = createTask(event.wait());
      await iterations(1);
      event.set();
      event.clear();
      await waiter;
    });
  await waitOnce();
  await assertRejects(waitOnce, RuntimeError, "different event loop");
});

Deno.test("Event describes itself", () =>
  virtual(async () => {
    const event = new Event();
    const waiter = createTask(event.wait());
    await iterations(1);
    assertEquals(`${event}`, "<Event [unset, waiters:1]>");
    event.set();
    await waiter;
    assertEquals(`${event}`, "<Event [set]>");
  }));
