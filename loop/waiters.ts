import type { Future } from "./futures.ts";
import { Handle } from "./handles.ts";
import type { Runnable } from "./timer_queue.ts";

/** Who is scheduled when a future is done; mostly one, so no array. */
export type Waiters = Runnable | Runnable[] | null;

/** Returns the waiters with one more. */
export function addWaiter(waiters: Waiters, waiter: Runnable): Waiters {
  if (waiters === null) return waiter;
  if (!Array.isArray(waiters)) return [waiters, waiter];
  waiters.push(waiter);
  return waiters;
}

/** Returns the waiters without one. */
export function removeWaiter(waiters: Waiters, waiter: Runnable): Waiters {
  return asWaiters(listWaiters(waiters).filter((other) => other !== waiter));
}

/** Returns the waiters without those that call a function back. */
export function removeCallback(waiters: Waiters, callback: unknown): Waiters {
  return asWaiters(
    listWaiters(waiters).filter((waiter) =>
      !(waiter instanceof Handle && waiter.callback === callback)
    ),
  );
}

/** Returns the waiters as an array. */
export function listWaiters(waiters: Waiters): Runnable[] {
  if (waiters === null) return [];
  return Array.isArray(waiters) ? waiters : [waiters];
}

/** Returns the tasks and futures that wait. */
export function listAwaiters(waiters: Waiters): Future<unknown>[] {
  return listWaiters(waiters).flatMap((waiter) => waiter.awaiter?.() ?? []);
}

function asWaiters(waiters: Runnable[]): Waiters {
  return waiters.length === 0 ? null : waiters;
}
