/**
 * Tries out every object of a run that has ended: it must hold what its account says, and whoever comes next must be
 * served, so nobody who left may still stand in its queues.
 */
import {
  type Awaitable,
  Barrier,
  Condition,
  type CoroutineGenerator,
  createTask,
  Event,
  Lock,
  Queue,
  Semaphore,
  wait,
} from "../../mod.ts";
import type { Harness } from "./harness.ts";
import type { Ledger } from "./ledger.ts";

/** Virtual seconds after which somebody who should have been served has been forgotten. */
const PATIENCE = 100;

/**
 * Tries out the objects of a run.
 *
 * @param harness the run; all its tasks must have ended
 * @param ledger its accounts
 * @returns what is wrong, nothing if all is well
 */
export function* probe(
  harness: Harness,
  ledger: Ledger,
): CoroutineGenerator<string[]> {
  const violations: string[] = [];
  for (const [name, object] of harness.objects) {
    for (const wrong of yield* probeObject(object, name, ledger)) {
      violations.push(`${name}: ${wrong}`);
    }
  }
  return violations;
}

function* probeObject(
  object: object,
  name: string,
  ledger: Ledger,
): CoroutineGenerator<string[]> {
  if (object instanceof Lock) {
    return yield* probeLock(object, ledger.held(name));
  }
  if (object instanceof Condition) {
    return yield* probeCondition(object, ledger.held(name));
  }
  if (object instanceof Semaphore) {
    return yield* probeSemaphore(object, ledger.permits(name));
  }
  if (object instanceof Queue) return yield* probeQueue(object, ledger, name);
  if (object instanceof Event) return yield* probeEvent(object);
  if (object instanceof Barrier) return yield* probeBarrier(object);
  return [];
}

/** A lock, or a condition as the lock that it is. */
function* probeLock(
  lock: Lock | Condition,
  held: number | undefined,
): CoroutineGenerator<string[]> {
  if (held !== undefined && lock.locked() !== held > 0) {
    return [`locked() is ${lock.locked()}, but it is held ${held} times`];
  }
  if (lock.locked()) lock.release();
  if (!(yield* isServed(() => lock.acquire()))) {
    return ["a free lock is not given"];
  }
  const next = createTask(() => lock.acquire());
  yield* wait([next], { timeout: 0 });
  if (next.done()) return ["a lock that is held was given"];
  lock.release();
  if (!(yield* isServed(() => next))) return ["the lock is not handed on"];
  lock.release();
  return [];
}

function* probeCondition(
  condition: Condition,
  held: number | undefined,
): CoroutineGenerator<string[]> {
  const wrong = yield* probeLock(condition, held);
  if (wrong.length > 0) return wrong;
  const next = createTask(() => condition.with(() => condition.wait()));
  yield* wait([next], { timeout: 1 });
  yield* condition.acquire();
  condition.notify(1);
  condition.release();
  return (yield* isServed(() => next))
    ? []
    : ["the only waiter is not notified"];
}

function* probeSemaphore(
  semaphore: Semaphore,
  permits: number | undefined,
): CoroutineGenerator<string[]> {
  let free = 0;
  while (!semaphore.locked()) {
    if (!(yield* isServed(() => semaphore.acquire()))) {
      return ["a free permit is not given"];
    }
    free++;
  }
  if (permits !== undefined && free !== permits) {
    return [`it has ${free} permits instead of ${permits}`];
  }
  const next = createTask(() => semaphore.acquire());
  yield* wait([next], { timeout: 0 });
  if (next.done()) return ["a permit was given that it does not have"];
  // A bounded semaphore that began without permits can not have more of them.
  try {
    semaphore.release();
  } catch {
    next.cancel();
    return [];
  }
  return (yield* isServed(() => next)) ? [] : ["the permit is not handed on"];
}

function* probeQueue(
  queue: Queue<number>,
  ledger: Ledger,
  name: string,
): CoroutineGenerator<string[]> {
  const { items, unfinished, isShutDown } = ledger.contents(name);
  const joined = yield* isServed(() => queue.join());
  if (joined !== (unfinished === 0)) {
    return [
      `join() waits for ${joined ? "nothing" : "something"}, not ${unfinished}`,
    ];
  }
  const left: number[] = [];
  while (!queue.empty()) left.push(queue.getNowait());
  if (String(left.sort()) !== String([...items].sort())) {
    return [`it contains ${left} instead of ${items}`];
  }
  if (isShutDown) return [];
  const getter = createTask(() => queue.get());
  yield* wait([getter], { timeout: 0 });
  queue.putNowait(1);
  if (!(yield* isServed(() => getter))) {
    return ["the only getter is not served"];
  }
  if (queue.maxsize <= 0) return [];
  while (!queue.full()) queue.putNowait(1);
  const putter = createTask(() => queue.put(2));
  yield* wait([putter], { timeout: 0 });
  if (putter.done()) return ["an item was put into a full queue"];
  queue.getNowait();
  return (yield* isServed(() => putter))
    ? []
    : ["the only putter is not served"];
}

function* probeEvent(event: Event): CoroutineGenerator<string[]> {
  event.clear();
  const next = createTask(() => event.wait());
  yield* wait([next], { timeout: 0 });
  if (next.done()) return ["it did not make a task wait"];
  event.set();
  return (yield* isServed(() => next)) ? [] : ["the only waiter is not woken"];
}

function* probeBarrier(barrier: Barrier): CoroutineGenerator<string[]> {
  if (barrier.nWaiting !== 0) {
    return [`${barrier.nWaiting} tasks wait that have ended`];
  }
  if (barrier.broken) yield* barrier.reset();
  const parties = Array.from(
    { length: barrier.parties },
    () => createTask(() => barrier.wait()),
  );
  const { pending } = yield* wait(parties, { timeout: PATIENCE });
  return pending.size === 0
    ? []
    : [`${pending.size} of ${barrier.parties} parties are left waiting`];
}

/** Tells whether a wait ends without anybody's help. */
function* isServed(
  start: () => Awaitable<unknown>,
): CoroutineGenerator<boolean> {
  const task = createTask(start);
  const { pending } = yield* wait([task], { timeout: PATIENCE });
  task.cancel();
  return pending.size === 0;
}
