/**
 * The operations that never suspend, shared by both styles and by callbacks.
 */
import {
  allTasks,
  type Barrier,
  type Condition,
  type Event,
  gather,
  type Lock,
  type Queue,
  type Semaphore,
  shield,
  type StreamReader,
  TaskGroup,
  Timeout,
  type TimerHandle,
} from "../../mod.ts";
import { makeError, UserError } from "./errors.ts";
import type { Harness, Reference } from "./harness.ts";
import { encodeBytes } from "./latin1.ts";
import { writeDone, writeFailed } from "./lines.ts";
import {
  type Json,
  MalformedScenarioError,
  type ObjectSpecification,
  type Step,
  type Target,
} from "./scenario.ts";

/** An operation that gives its value at once. Its arguments are those of the step. */
type Operation = (harness: Harness, ...values: never[]) => unknown;

const TASKS: Record<string, Operation> = {
  "spawn": (harness, name: string, body: string) =>
    harness.bind(name, harness.spawn(name, body)),
  "spawn_eager": (harness, name: string, body: string) =>
    harness.bind(name, harness.spawn(name, body, true)),
  "cancel": (harness, name: string, message?: string) =>
    harness.reference(name).cancel(message),
  "uncancel": (harness, name: string) => harness.task(name).uncancel(),
  "cancelling": (harness, name: string) => harness.task(name).cancelling(),
  "done": (harness, name: string) => harness.reference(name).done(),
  "cancelled": (harness, name: string) => harness.reference(name).cancelled(),
  "result": (harness, name: string) => harness.reference(name).result(),
  "exception": (harness, name: string) => harness.reference(name).exception(),
  "all_tasks": (harness) =>
    [...allTasks()].map((task) => harness.value(task)).sort(),
  "fut.new": (harness, name: string) =>
    harness.bind(name, harness.loop.createFuture<unknown>()),
  "fut.set_result": (harness, name: string, value?: Json) =>
    harness.reference(name).setResult(value ?? null),
  "fut.set_exception": (harness, name: string, error: string) =>
    harness.reference(name).setException(makeError(error)),
  "add_callback": addCallback,
  "remove_callback": (harness, name: string, callback: string) => {
    const reference = harness.reference(name);
    return reference.removeDoneCallback(
      harness.find(harness.callbacks, callback),
    );
  },
  "gather": (
    harness,
    name: string,
    targets: Target[],
    returnExceptions?: boolean,
  ) => {
    const futures = makeTasks(harness, targets);
    harness.bind(
      name,
      gather(...futures, { returnExceptions: returnExceptions ?? false }),
    );
  },
  "shield": (harness, name: string, target: Target) => {
    const [future] = makeTasks(harness, [target]);
    harness.bind(name, shield(future!));
  },
  "timeout.new": (harness, name: string, when: number | null) =>
    void harness.timeouts.set(name, new Timeout(when)),
  "timeout.reschedule": (harness, name: string, when: number | null) =>
    harness.find(harness.timeouts, name).reschedule(when),
  "timeout.expired": (harness, name: string) =>
    harness.find(harness.timeouts, name).expired(),
  "timeout.when": (harness, name: string) =>
    harness.find(harness.timeouts, name).when(),
  "tg.new": (harness, name: string) =>
    void harness.groups.set(name, new TaskGroup()),
  "tg.spawn": (harness, name: string, group: string, body: string) => {
    const found = harness.find(harness.groups, group);
    const task = found.createTask(harness.style.task(harness, body, name), {
      name,
      eagerStart: harness.eager,
    });
    harness.bind(name, task);
  },
};

const LOCKS: Record<string, Operation> = {
  "release": (harness, name: string) => harness.object<Lock>(name).release(),
  "locked": (harness, name: string) =>
    harness.object<Lock | Semaphore>(name).locked(),
  "cond.notify": (harness, name: string, count?: number) =>
    harness.object<Condition>(name).notify(count),
  "cond.notify_all": (harness, name: string) =>
    harness.object<Condition>(name).notifyAll(),
  "barrier.broken": (harness, name: string) =>
    harness.object<Barrier>(name).broken,
  "barrier.parties": (harness, name: string) =>
    harness.object<Barrier>(name).parties,
  "barrier.n_waiting": (harness, name: string) =>
    harness.object<Barrier>(name).nWaiting,
  "event.set": (harness, name: string) => harness.object<Event>(name).set(),
  "event.clear": (harness, name: string) => harness.object<Event>(name).clear(),
  "event.is_set": (harness, name: string) =>
    harness.object<Event>(name).isSet(),
};

const QUEUES: Record<string, Operation> = {
  "queue.put_nowait": (harness, name: string, item: number) =>
    queue(harness, name).putNowait(item),
  "queue.get_nowait": (harness, name: string) =>
    queue(harness, name).getNowait(),
  "queue.task_done": (harness, name: string) => queue(harness, name).taskDone(),
  "queue.qsize": (harness, name: string) => queue(harness, name).qsize(),
  "queue.empty": (harness, name: string) => queue(harness, name).empty(),
  "queue.full": (harness, name: string) => queue(harness, name).full(),
  "queue.maxsize": (harness, name: string) => queue(harness, name).maxsize,
  "queue.shutdown": (harness, name: string, immediate?: boolean) =>
    queue(harness, name).shutdown(immediate),
};

const READERS: Record<string, Operation> = {
  "reader.feed_data": (harness, name: string, text: string) =>
    reader(harness, name).feedData(encodeBytes(text)),
  "reader.feed_eof": (harness, name: string) => reader(harness, name).feedEof(),
  "reader.set_exception": (harness, name: string, error: string) =>
    reader(harness, name).setException(new UserError(error)),
  "reader.exception": (harness, name: string) =>
    reader(harness, name).exception(),
  "reader.at_eof": (harness, name: string) => reader(harness, name).atEof(),
};

const LOOP: Record<string, Operation> = {
  "call_soon": (harness, name: string, steps: Step[]) =>
    void harness.handles.set(
      name,
      harness.loop.callSoon(() => runCallback(harness, name, steps)),
    ),
  "call_later": (harness, name: string, delay: number, steps: Step[]) =>
    void harness.handles.set(
      name,
      harness.loop.callLater(delay, () => runCallback(harness, name, steps)),
    ),
  "call_at": (harness, name: string, when: number, steps: Step[]) =>
    void harness.handles.set(
      name,
      harness.loop.callAt(when, () => runCallback(harness, name, steps)),
    ),
  "handle.cancel": (harness, name: string) =>
    harness.find(harness.handles, name).cancel(),
  "handle.cancelled": (harness, name: string) =>
    harness.find(harness.handles, name).cancelled(),
  "handle.when": (harness, name: string) =>
    (harness.find(harness.handles, name) as TimerHandle).when(),
  "time": (harness) => harness.loop.time(),
  "inc": (harness, counter: string, by?: number) =>
    count(harness, counter, by ?? 1),
  "dec": (harness, counter: string, by?: number) =>
    count(harness, counter, -(by ?? 1)),
  "value": (harness, counter: string) =>
    harness.find(harness.counters, counter),
  "new": (harness, name: string, specification: ObjectSpecification) =>
    harness.make(name, specification),
};

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [TASKS, LOCKS, QUEUES, READERS, LOOP].flatMap((table) =>
    Object.entries(table)
  ),
);

/** Tells whether a step never suspends and is no control structure. */
export function isImmediate(step: Step): boolean {
  return OPERATIONS.has(step[0]) || step[0] === "log" || step[0] === "raise";
}

/**
 * Runs a step that does not suspend, and writes its line.
 *
 * @param harness the run it belongs to
 * @param step the step
 */
export function runImmediate(harness: Harness, step: Step): void {
  const [name, ...values] = step;
  if (name === "log") return harness.emit("log", ...values as Json[]);
  if (name === "raise") throw makeError(values[0] as string);
  const operation = OPERATIONS.get(name) as
    | ((harness: Harness, ...values: unknown[]) => unknown)
    | undefined;
  if (operation === undefined) {
    throw new MalformedScenarioError(
      `Cannot run "${name}": not an immediate operation`,
    );
  }
  let result: unknown;
  try {
    result = operation(harness, ...values);
  } catch (error) {
    writeFailed(harness, step, error);
    throw error;
  }
  writeDone(harness, step, result);
}

/**
 * Makes tasks of the coroutines among the targets, in order, once all names have been found.
 *
 * @param harness the run they belong to
 * @param targets names and coroutines
 * @returns a future for each target
 */
export function makeTasks(
  harness: Harness,
  targets: readonly Target[],
): Reference[] {
  const found = targets.map((target) =>
    typeof target === "string" ? harness.reference(target) : target
  );
  return found.map((target) =>
    Array.isArray(target) ? harness.spawn(target[2], target[1]) : target
  );
}

function runCallback(
  harness: Harness,
  name: string,
  steps: readonly Step[],
  ...values: Json[]
): void {
  harness.asCallback(name, () => {
    harness.write(name, "run", ...values);
    for (const step of steps) runImmediate(harness, step);
  });
}

function addCallback(
  harness: Harness,
  name: string,
  callback: string,
  steps: readonly Step[] = [],
): void {
  if (!harness.callbacks.has(callback)) {
    harness.callbacks.set(
      callback,
      (future) => runCallback(harness, callback, steps, harness.value(future)),
    );
  }
  harness.reference(name).addDoneCallback(
    harness.find(harness.callbacks, callback),
  );
}

function count(harness: Harness, counter: string, by: number): number {
  const value = harness.find(harness.counters, counter) + by;
  harness.counters.set(counter, value);
  return value;
}

function queue(harness: Harness, name: string): Queue<number> {
  return harness.object(name);
}

function reader(harness: Harness, name: string): StreamReader {
  return harness.object(name);
}
