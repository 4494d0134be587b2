import { assertEquals } from "@std/assert";
import { BrokenBarrierError } from "../../loop/errors.ts";
import { sleep } from "../../loop/sleep.ts";
import { Barrier } from "../../sync/barrier.ts";
import { Condition } from "../../sync/condition.ts";
import { Event } from "../../sync/event.ts";
import { Lock } from "../../sync/lock.ts";
import { Semaphore } from "../../sync/semaphore.ts";
import { type Script, testCancelEverywhere } from "../_cancel_everywhere.ts";

/** Starts the same script several times. */
function times(count: number, script: Script): Script[] {
  return Array.from({ length: count }, () => script);
}

testCancelEverywhere("Lock", () => {
  const lock = new Lock();
  let inside = 0;
  return {
    scripts: times(4, function* () {
      for (let round = 0; round < 2; round++) {
        using _ = (yield lock.acquire()) as Disposable;
        assertEquals(++inside, 1);
        try {
          yield sleep(0);
        } finally {
          inside--;
        }
      }
    }),
    check: () => assertEquals(`${lock}`, "<Lock [unlocked]>"),
  };
});

testCancelEverywhere("Semaphore", () => {
  const semaphore = new Semaphore(2);
  let inside = 0;
  return {
    scripts: times(5, function* () {
      for (let round = 0; round < 2; round++) {
        using _ = (yield semaphore.acquire()) as Disposable;
        assertEquals(++inside <= 2, true);
        try {
          yield sleep(0);
        } finally {
          inside--;
        }
      }
    }),
    check: () =>
      assertEquals(`${semaphore}`, "<Semaphore [unlocked, value:2]>"),
  };
});

testCancelEverywhere("Event", () => {
  const event = new Event();
  return {
    scripts: [
      ...times(3, function* () {
        for (let round = 0; round < 2; round++) {
          yield event.wait();
          yield sleep(0);
        }
      }),
      function* () {
        yield sleep(0);
        event.set();
        event.clear();
        yield sleep(0);
        yield sleep(0);
        event.set();
      },
    ],
    release: () => event.set(),
    check: () => assertEquals(`${event}`, "<Event [set]>"),
  };
});

testCancelEverywhere("Condition", () => {
  const condition = new Condition();
  let tickets = 0;
  let open = true;
  return {
    scripts: [
      ...times(3, function* () {
        using _ = (yield condition.acquire()) as Disposable;
        try {
          yield condition.waitFor(() => tickets > 0 || !open);
        } finally {
          assertEquals(condition.locked(), true);
        }
        tickets--;
      }),
      function* () {
        for (let round = 0; round < 3; round++) {
          using _ = (yield condition.acquire()) as Disposable;
          tickets++;
          condition.notify();
          yield sleep(0);
        }
      },
    ],
    release() {
      open = false;
      // Nobody holds the lock when all is quiet, but to notify takes one.
      condition.acquire().then((guard) => {
        condition.notifyAll();
        guard[Symbol.dispose]();
      });
    },
    check: () => assertEquals(`${condition}`, "<Condition [unlocked]>"),
  };
});

testCancelEverywhere("Barrier", () => {
  const barrier = new Barrier(3);
  return {
    scripts: times(3, function* () {
      try {
        for (let round = 0; round < 3; round++) {
          yield barrier.wait();
          yield sleep(0);
        }
      } catch (error) {
        if (!(error instanceof BrokenBarrierError)) throw error;
      }
    }),
    release: () => void barrier.abort().then(() => {}),
    check: () => assertEquals(`${barrier}`, "<Barrier [broken]>"),
  };
});
