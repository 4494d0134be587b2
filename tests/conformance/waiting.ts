/**
 * The operations that may suspend and hold no steps of their own: each gives something to wait for, once.
 * One style awaits it, the other delegates to it; nothing stands between the body and the library.
 */
import {
  type Barrier,
  type Condition,
  type Coroutine,
  type Event,
  type Future,
  type Lock,
  type Queue,
  sleep,
  type StreamReader,
  wait,
  waitFor,
} from "../../mod.ts";
import type { Harness, Reference } from "./harness.ts";
import { encodeBytes } from "./latin1.ts";
import {
  type Json,
  MalformedScenarioError,
  type Predicate,
  type Step,
  type Target,
} from "./scenario.ts";

/** What a body waits for: nothing that an `await` would not wait for. */
export type Waitable = Coroutine<unknown> | Future<unknown>;

/** Starts nothing yet: gives what the step waits for. Its arguments are those of the step. */
type Operation = (harness: Harness, ...values: never[]) => Waitable;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries<Operation>({
    "sleep": (_harness, delay: number) => sleep(delay),
    "await": (harness, name: string) => harness.reference(name),
    "wait_for": waitForTarget,
    "wait": (
      harness,
      names: string[],
      timeout?: number | null,
      returnWhen?: ReturnWhen,
    ) =>
      wait(names.map((name) => harness.reference(name)), {
        timeout: timeout ?? null,
        returnWhen: returnWhen ?? "ALL_COMPLETED",
      }),
    "acquire": (harness, name: string) => harness.object<Lock>(name).acquire(),
    "cond.wait": (harness, name: string) =>
      harness.object<Condition>(name).wait(),
    "cond.wait_for": (harness, name: string, predicate: Predicate) =>
      harness.object<Condition>(name).waitFor(() => harness.holds(predicate)),
    "barrier.wait": (harness, name: string) =>
      harness.object<Barrier>(name).wait(),
    "barrier.reset": (harness, name: string) =>
      harness.object<Barrier>(name).reset(),
    "barrier.abort": (harness, name: string) =>
      harness.object<Barrier>(name).abort(),
    "event.wait": (harness, name: string) => harness.object<Event>(name).wait(),
    "queue.put": (harness, name: string, item: number) =>
      harness.object<Queue<number>>(name).put(item),
    "queue.get": (harness, name: string) =>
      harness.object<Queue<number>>(name).get(),
    "queue.join": (harness, name: string) =>
      harness.object<Queue<number>>(name).join(),
    "reader.read": (harness, name: string, count?: number) =>
      harness.object<StreamReader>(name).read(count),
    "reader.readline": (harness, name: string) =>
      harness.object<StreamReader>(name).readline(),
    "reader.readexactly": (harness, name: string, count: number) =>
      harness.object<StreamReader>(name).readexactly(count),
    "reader.readuntil": (harness, name: string, separator: string | string[]) =>
      harness.object<StreamReader>(name).readuntil(
        Array.isArray(separator)
          ? separator.map(encodeBytes)
          : encodeBytes(separator),
      ),
  }),
);

type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";

/** Tells whether a step waits for something of the library. */
export function isWaiting(step: Step): boolean {
  return OPERATIONS.has(step[0]);
}

/**
 * Gives what a step waits for.
 *
 * @param harness the run it belongs to
 * @param step the step
 */
export function startWait(harness: Harness, step: Step): Waitable {
  const [name, ...values] = step;
  const operation = OPERATIONS.get(name) as
    | ((harness: Harness, ...values: unknown[]) => Waitable)
    | undefined;
  if (operation === undefined) {
    throw new MalformedScenarioError(`Cannot run "${name}": unknown operation`);
  }
  harness.observer?.started(step);
  return operation(harness, ...values);
}

/**
 * Turns what the wait resolved to into the value that the step writes.
 *
 * @param harness the run it belongs to
 * @param step the step
 * @param result what the library gave
 */
export function waitedValue(
  harness: Harness,
  step: Step,
  result: unknown,
): unknown {
  // A guard stands where asyncio gives True.
  if (step[0] === "acquire") return true;
  if (step[0] !== "wait") return result;
  const { done, pending } = result as {
    done: Set<Reference>;
    pending: Set<Reference>;
  };
  return [sortedNames(harness, done), sortedNames(harness, pending)];
}

function sortedNames(harness: Harness, futures: Iterable<Reference>): Json[] {
  return [...futures].map((future) => harness.value(future)).sort();
}

/** A coroutine runs inside the caller, except that with no time left it becomes a task, which has a name. */
function waitForTarget(
  harness: Harness,
  target: Target,
  delay: number | null,
): Waitable {
  if (typeof target === "string") {
    return waitFor(harness.reference(target), delay);
  }
  const [, body, name] = target;
  if (delay !== null && delay <= 0) {
    return waitFor(harness.spawn(name, body), delay);
  }
  return waitFor(harness.style.inline(harness, body), delay);
}
