/**
 * Runs a scenario and cancels one of its tasks at one moment, then holds everything it leaves behind against what it
 * should leave behind.
 */
import {
  type CoroutineGenerator,
  currentTask,
  type Lock,
  run,
  sleep,
  Task,
  VirtualTimeEventLoop,
  wait,
} from "../../mod.ts";
import { Harness } from "./harness.ts";
import { Ledger } from "./ledger.ts";
import { probe } from "./probes.ts";
import type { Scenario } from "./scenario.ts";
import type { StyleName } from "./style.ts";
import { STYLES } from "./styles.ts";

/** Virtual seconds that a scenario gets to end by itself; no recorded one takes as long. */
const PATIENCE = 1000;

/** How often tasks that go on after a cancellation are cancelled again. */
const ROUNDS = 30;

/** Who is cancelled, and when. */
export interface Blow {
  /** The name of a task. */
  readonly victim: string;
  /** It is cancelled as soon as the trace has this many lines. */
  readonly afterLines: number;
  /** Not in the middle of whatever runs then, but by a callback of its own. */
  readonly soon?: boolean;
  /** What is done instead of cancelling: to see whether it is noticed. */
  readonly sabotage?: (harness: Harness) => void;
}

/** What came of a run. */
export interface Aftermath {
  /** Every moment at which one of the tasks could have been struck. */
  readonly moments: readonly Blow[];
  /** Whether the victim was there, and was cancelled. */
  readonly struck: boolean;
  readonly violations: readonly string[];
}

/**
 * Runs a scenario under supervision.
 *
 * @param scenario the program
 * @param style the style of its bodies
 * @param blow the cancellation, null to survey the scenario
 */
export function strike(
  scenario: Scenario,
  style: StyleName,
  blow: Blow | null,
): Promise<Aftermath> {
  const loop = new VirtualTimeEventLoop();
  const harness = new Harness(scenario, STYLES[style], loop);
  loop.setExceptionHandler((_loop, { message }) => {
    if (!KNOWN_MESSAGES.some((known) => message.includes(known))) {
      harness.problem(message);
    }
  });
  return run(supervise(harness, blow), { loopFactory: () => loop });
}

const KNOWN_MESSAGES = [
  "Exception in callback",
  "never retrieved",
  "its parent",
  "destroyed",
  "never awaited",
];

function* supervise(
  harness: Harness,
  blow: Blow | null,
): CoroutineGenerator<Aftermath> {
  const moments: Blow[] = [];
  let struck = false;
  const ledger = new Ledger(harness, () => {
    const afterLines = harness.trace.length;
    if (blow === null) {
      moments.push(
        ...possibleVictims(harness).map((victim) => ({ victim, afterLines })),
      );
    } else if (afterLines === blow.afterLines) strikeNow();
  });
  function strikeNow(): void {
    if (blow!.sabotage) return blow!.sabotage(harness);
    const victim = harness.references.get(blow!.victim);
    const cancelVictim = () => {
      if (victim instanceof Task) struck = cancel(ledger, victim);
    };
    if (blow!.soon) harness.loop.callSoon(cancelVictim);
    else cancelVictim();
  }
  harness.observer = ledger;
  harness.names.set(currentTask()!, "supervisor");
  const main = harness.spawn("main", "main");
  yield* wait([main], { timeout: PATIENCE });
  const stubborn = yield* endAll(harness, ledger);
  const violations = [
    ...harness.problems,
    ...ledger.violations,
    ...stubborn.map((name) => `${name} does not end`),
    ...checkRequests(harness, ledger),
    ...yield* probe(harness, ledger),
  ];
  return { moments, struck, violations };
}

function possibleVictims(harness: Harness): string[] {
  return [...harness.references].filter(([, reference]) =>
    reference instanceof Task && !reference.done()
  ).map(([name]) => name);
}

function cancel(ledger: Ledger, victim: Task<unknown>): boolean {
  const taken = victim.cancel();
  if (taken) ledger.requested(victim);
  return taken;
}

/** Cancels what is left until all has ended; gives the names of those who do not. */
function* endAll(
  harness: Harness,
  ledger: Ledger,
): CoroutineGenerator<string[]> {
  for (let round = 0; round < ROUNDS; round++) {
    // Until all has come to rest; no timer must disturb the probes either.
    yield* sleep(PATIENCE);
    ledger.violations.push(...ledger.forgotten());
    const pending = tasksOf(harness).filter((task) => !task.done());
    if (pending.length === 0) return [];
    for (const task of pending) cancel(ledger, task);
    const { done } = yield* wait(pending, {
      timeout: PATIENCE,
      returnWhen: "FIRST_COMPLETED",
    });
    if (done.size > 0) continue;
    for (const name of ledger.releaseAbandoned()) {
      harness.object<Lock>(name).release();
    }
  }
  return tasksOf(harness).filter((task) => !task.done()).map((task) =>
    harness.names.get(task)!
  );
}

/** Whoever cancelled a task for a purpose of its own must have taken the request back. */
function checkRequests(harness: Harness, ledger: Ledger): string[] {
  return tasksOf(harness).flatMap((task) => {
    const requests = ledger.requests(task);
    if (requests === undefined || task.cancelling() === requests) return [];
    return [
      `${
        harness.names.get(task)
      } counts ${task.cancelling()} requests instead of ${requests}`,
    ];
  });
}

/** The tasks of the scenario, without the one that supervises them. */
function tasksOf(harness: Harness): Task<unknown>[] {
  const named = [...harness.names.keys()];
  return named.filter((each) =>
    each instanceof Task && each !== currentTask()
  ) as Task<unknown>[];
}
