import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Coroutine } from "../../loop/coroutines.ts";
import { TimeoutError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { waitFor } from "../../loop/wait_for.ts";
import {
  iterations,
  outcomeOf,
  type Style,
  testInBothStyles,
} from "../_support.ts";

/** An operation that has to wait, and the way to end its wait. */
export interface Contended {
  /** The operation; as long as nobody calls `wake`, it waits. */
  wait(): Coroutine<unknown>;
  /** Lets one waiter go on, or all of them if the wake-up is shared. */
  wake(): void;
  /** How many waiters the object knows. */
  waiting(): number;
}

/** What the contract has to know about an operation. */
export interface WaitCase {
  /** As it stands in test names, such as `"Lock.acquire()"`. */
  readonly name: string;
  /** Whether one wake-up is for all who wait. */
  readonly shared?: boolean;
  /** Prepares an object whose next `wait()` has to wait. */
  make(): Promise<Contended>;
}

/** Reads a number such as the 2 of `waiters:2` off an object's description. */
export function counted(object: object, noun: string): number {
  const match = new RegExp(`${noun}:(\\d+)`).exec(String(object));
  return Number(match?.[1] ?? 0);
}

/**
 * Defines the tests that every wait of `sync/` and `queues/` has to pass, in
 * both styles: woken, cancelled while waiting, cancelled after being woken,
 * timed out (UA9, LK2-LK5, Q2).
 */
export function testWait(wait: WaitCase): void {
  testInBothStyles(
    `${wait.name} wakes waiters in FIFO order`,
    async (style) => {
      const { object, tasks, log } = await queueUp(wait, style, 3);
      assertEquals(object.waiting(), 3);
      for (let wakes = 0; wakes < (wait.shared ? 1 : 3); wakes++) {
        object.wake();
        await iterations(2);
      }
      assertEquals(log, ["a", "b", "c"]);
      assertEquals(tasks.map(outcomeOf), ["finished", "finished", "finished"]);
      assertEquals(object.waiting(), 0);
    },
  );

  testInBothStyles(
    `${wait.name} leaves other waiters alone when one is cancelled`,
    async (style) => {
      const { object, tasks, log } = await queueUp(wait, style, 4);
      tasks[1]!.cancel();
      await iterations(2);
      assertEquals(tasks.map(outcomeOf), [
        "pending",
        "cancelled",
        "pending",
        "pending",
      ]);
      tasks[0]!.cancel();
      tasks[3]!.cancel();
      await iterations(2);
      assertEquals(object.waiting(), 1);
      object.wake();
      await iterations(2);
      assertEquals(log, ["c"]);
    },
  );

  testInBothStyles(
    `${wait.name} serves the next when a woken waiter is cancelled`,
    async (style) => {
      const { object, tasks, log } = await queueUp(wait, style, 2);
      object.wake();
      assert(tasks[0]!.cancel());
      await iterations(3);
      assertEquals(tasks.map(outcomeOf), ["cancelled", "finished"]);
      assertEquals(log, ["b"]);
      assertEquals(object.waiting(), 0);
    },
  );

  testInBothStyles(
    `${wait.name} serves the next when a waiter is cancelled, then woken`,
    async (style) => {
      const { object, tasks, log } = await queueUp(wait, style, 2);
      tasks[0]!.cancel();
      object.wake();
      await iterations(3);
      assertEquals(tasks.map(outcomeOf), ["cancelled", "finished"]);
      assertEquals(log, ["b"]);
    },
  );

  testInBothStyles(
    `${wait.name} leaves nothing behind when it times out`,
    async (style) => {
      const object = await wait.make();
      const body = style.body(() => timeout(1.5, () => object.wait()));
      await assertRejects(() => createTask(body), TimeoutError);
      assertEquals(getRunningLoop().time(), 1.5);
      await assertRejects(() => waitFor(object.wait(), 0.5), TimeoutError);
      assertEquals(getRunningLoop().time(), 2);
      assertEquals(object.waiting(), 0);
      object.wake();
      await object.wait();
    },
  );

  testInBothStyles(
    `${wait.name} returns at once when there is nothing to wait for`,
    async (style) => {
      const object = await wait.make();
      object.wake();
      const log: string[] = [];
      createTask(style.body(() => object.wait(), () => log.push("wait")));
      getRunningLoop().callSoon(() => log.push("callback"));
      await iterations(1);
      assertEquals(log, ["wait", "callback"]);
    },
  );
}

/** Starts `count` tasks that wait; they log "a", "b", ... as they go on. */
async function queueUp(
  wait: WaitCase,
  style: Style,
  count: number,
): Promise<{ object: Contended; tasks: Task<unknown>[]; log: string[] }> {
  const object = await wait.make();
  const log: string[] = [];
  const tasks: Task<unknown>[] = [];
  for (const name of "abcdef".slice(0, count)) {
    const body = style.body(() => object.wait(), () => log.push(name));
    tasks.push(createTask(body, { name }));
  }
  await iterations(1);
  return { object, tasks, log };
}
