/**
 * Four ways in which libraries of this kind have failed their users, each in both styles.
 */
import { assertEquals, assertRejects } from "@std/assert";
import {
  Barrier,
  CancelledError,
  createTask,
  Event,
  Lock,
  Queue,
  run,
  sleep,
  VirtualTimeEventLoop,
} from "../../mod.ts";

const options = { loopFactory: () => new VirtualTimeEventLoop() };

Deno.test("Lock.acquire() that is cancelled rejects no other waiter (LK2)", () =>
  run(async () => {
    const lock = new Lock();
    await lock.acquire();
    const first = createTask(() => lock.acquire());
    const second = createTask(function* () {
      yield* lock.acquire();
      return "served";
    });
    const third = createTask(async () => {
      await lock.acquire();
      return "served too";
    });
    await sleep(0);
    first.cancel();
    await assertRejects(async () => void await first, CancelledError);
    lock.release();
    assertEquals(await second, "served");
    lock.release();
    assertEquals(await third, "served too");
  }, options));

for (const style of ["gen", "async"] as const) {
  Deno.test(`Queue.get() that is woken and then cancelled hands the item on (Q2, ${style})`, () =>
    run(async () => {
      const queue = new Queue<number>();
      const getter = style === "gen"
        ? function* () {
          return yield* queue.get();
        }
        : async () => await queue.get();
      const first = createTask(getter);
      const second = createTask(getter);
      await sleep(0);
      queue.putNowait(1);
      first.cancel();
      assertEquals(await second, 1);
      assertEquals(first.cancelled(), true);
      assertEquals(queue.qsize(), 0);
    }, options));

  Deno.test(`Barrier.wait() that is cancelled does not poison the others (LK6, ${style})`, () =>
    run(async () => {
      const barrier = new Barrier(3);
      const party = style === "gen"
        ? function* () {
          return yield* barrier.wait();
        }
        : async () => await barrier.wait();
      const gone = createTask(party);
      const first = createTask(party);
      await sleep(0);
      gone.cancel();
      await sleep(0);
      assertEquals(barrier.broken, false);
      assertEquals(barrier.nWaiting, 1);
      const second = createTask(party);
      const third = createTask(party);
      const indexes = [await first, await second, await third];
      assertEquals(indexes.length, 3);
      assertEquals(barrier.nWaiting, 0);
    }, options));

  Deno.test(`waiting for what is already there does not suspend (${style})`, () =>
    run(async () => {
      const [lock, event, queue] = [
        new Lock(),
        new Event(),
        new Queue<number>(),
      ];
      event.set();
      queue.putNowait(1);
      const done = createTask(() => sleep(0, "done"));
      await sleep(1);
      const seen: string[] = [];
      const task = style === "gen"
        ? createTask(function* () {
          yield* lock.acquire();
          yield* event.wait();
          yield* queue.get();
          yield* done;
          seen.push("task");
        })
        : createTask(async () => {
          await lock.acquire();
          await event.wait();
          await queue.get();
          await done;
          seen.push("task");
        });
      createTask(() => Promise.resolve(seen.push("later")));
      await task;
      assertEquals(seen, ["task", "later"]);
    }, options));
}
