import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Coroutine } from "../../loop/coroutines.ts";
import { WAIT } from "../../loop/direct_steps.ts";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { run } from "../../loop/runners.ts";
import { createTask } from "../../loop/tasks.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import {
  type WaitOperation,
  waitOperation,
} from "../../loop/wait_operation.ts";
import { LoopBinding, type Waiter, WaitQueue } from "../../sync/_waiters.ts";
import { iterations, virtual } from "../_support.ts";

function makeQueue(): WaitQueue {
  return new WaitQueue(new LoopBinding({ toString: () => "<Owner>" }));
}

/** Waits in a queue, as locks and their like do. */
const IN_QUEUE: WaitOperation<WaitQueue, undefined, void, Waiter> = {
  name: "test",
  attempt: () => WAIT,
  enter: (queue) => queue.enter(),
  leave: (queue, waiter) => queue.leave(waiter),
  finish: () => {},
  abandon: () => {},
};

function waitIn(queue: WaitQueue): Coroutine<void> {
  return waitOperation(IN_QUEUE, queue, undefined);
}

const states = (waiters: Waiter[]) =>
  waiters.map(({ future, woken }) =>
    future.cancelled() ? "cancelled" : woken ? "woken" : "pending"
  );

Deno.test("WaitQueue.wakeNext() skips the waiters that are done", () =>
  virtual(async () => {
    const queue = makeQueue();
    const waiters = [queue.enter(), queue.enter(), queue.enter()];
    waiters[0]!.future.cancel();
    assertEquals(queue.wakeNext(), true);
    assertEquals(states(waiters), ["cancelled", "woken", "pending"]);
    assertEquals(queue.wakeNext(), true);
    assertEquals(queue.wakeNext(), false);
    assertEquals(queue.size, 3);
    await iterations(1);
  }));

Deno.test("WaitQueue.wakeFirst() wakes nobody behind a waiter that is done", () =>
  virtual(async () => {
    const queue = makeQueue();
    const waiters = [queue.enter(), queue.enter()];
    waiters[0]!.future.cancel();
    queue.wakeFirst();
    assertEquals(states(waiters), ["cancelled", "pending"]);
    queue.leave(waiters[0]!);
    queue.wakeFirst();
    assertEquals(states(waiters), ["cancelled", "woken"]);
    await iterations(1);
  }));

Deno.test("WaitQueue.hasLive() counts woken waiters and not cancelled ones", () =>
  virtual(async () => {
    const queue = makeQueue();
    assertEquals(queue.hasLive(), false);
    const first = queue.enter();
    assertEquals(queue.hasLive(), true);
    queue.wakeNext();
    assertEquals(queue.hasLive(), true);
    queue.leave(first);
    assertEquals(queue.hasLive(), false);
    queue.enter().future.cancel();
    assertEquals(queue.hasLive(), false);
    queue.enter();
    assertEquals(queue.hasLive(), true);
    await iterations(1);
  }));

Deno.test("WaitQueue.leave() keeps the order of the others", () =>
  virtual(async () => {
    // Every way to take two of four waiters out of the queue.
    for (let first = 0; first < 4; first++) {
      for (let second = 0; second < 4; second++) {
        if (first === second) continue;
        const queue = makeQueue();
        const waiters = Array.from({ length: 4 }, () => queue.enter());
        queue.leave(waiters[first]!);
        queue.leave(waiters[second]!);
        const rest = waiters.filter((_, i) => i !== first && i !== second);
        assertEquals(queue.size, 2);
        assert(queue.wakeNext());
        assertEquals(states(rest), ["woken", "pending"]);
        queue.leave(rest[0]!);
        const late = queue.enter();
        queue.wakeAll();
        assertEquals(states([rest[1]!, late]), ["woken", "woken"]);
      }
    }
    await iterations(1);
  }));

Deno.test("WaitQueue serves and drops 100000 waiters in linear time", () =>
  virtual(async () => {
    const queue = makeQueue();
    const tasks = Array.from(
      { length: 100_000 },
      () => createTask(waitIn(queue)),
    );
    await iterations(1);
    assertEquals(queue.size, 100_000);
    const start = performance.now();
    // From the back: the worst order for an array.
    for (const task of tasks.slice(50_000).reverse()) task.cancel();
    for (let i = 0; i < 50_000; i++) {
      queue.wakeNext();
      assert(queue.hasLive());
    }
    await iterations(2);
    assertEquals(queue.size, 0);
    assertEquals(tasks.filter((task) => task.cancelled()).length, 50_000);
    assert(performance.now() - start < 5_000, "not linear");
  }));

Deno.test("LoopBinding refuses a second loop (LK1)", async () => {
  const queue = makeQueue();
  await virtual(async () => {
    queue.enter();
    queue.wakeAll();
    await iterations(1);
  });
  await run(async () => {
    assertThrows(
      () => queue.enter(),
      RuntimeError,
      "Cannot wait on <Owner>: it is bound to a different event loop",
    );
    await iterations(1);
  }, { loopFactory: () => new VirtualTimeEventLoop() });
});

Deno.test("a wait operation takes its waiter out when an error ends it", () =>
  virtual(async () => {
    const queue = makeQueue();
    const task = createTask(waitIn(queue));
    await iterations(1);
    task.cancel();
    await task.catch((error) => assert(error instanceof CancelledError));
    assertEquals(queue.size, 0);
  }));
