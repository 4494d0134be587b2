/**
 * Who waits for what. When nothing moves any more, nobody may wait for
 * something that is there: a wake-up would have been lost.
 */
import {
  type Barrier,
  currentTask,
  type Event,
  type Lock,
  type Queue,
} from "../../mod.ts";
import type { Harness } from "./harness.ts";
import type { Step } from "./scenario.ts";

/** What must be true of a run for a wait to go on; asked of the object's name. */
type Reason = (waiting: WaitingTasks, name: string) => boolean;

/** The part of the accounts that waits depend on. */
interface Accounts {
  permits(name: string): number | undefined;
  contents(name: string): { unfinished: number };
}

/** The operations that end by themselves unless there is a reason to wait. */
const REASONS: Readonly<Record<string, Reason>> = {
  "acquire": (waiting, name) => waiting.isTaken(name),
  "with": (waiting, name) => waiting.isTaken(name),
  "cond.wait": (waiting, name) => !waiting.isOwed(name),
  "barrier.wait": (waiting, name) => waiting.isFilling(name),
  "event.wait": ({ harness }, name) => !harness.object<Event>(name).isSet(),
  "queue.get": ({ harness }, name) =>
    harness.object<Queue<number>>(name).empty(),
  "queue.put": ({ harness }, name) =>
    harness.object<Queue<number>>(name).full(),
  "queue.join": ({ accounts }, name) => accounts.contents(name).unfinished > 0,
};

/** Keeps who waits for what. */
export class WaitingTasks {
  readonly harness: Harness;
  readonly accounts: Accounts;
  /** The step in which each task stands. */
  readonly #steps = new Map<unknown, Step>();
  /** Notifications that a condition has given and nobody has taken yet. */
  readonly #owed = new Map<string, number>();

  /** Begins to keep it for a run. */
  constructor(harness: Harness, accounts: Accounts) {
    this.harness = harness;
    this.accounts = accounts;
  }

  /** Notes that the current task may have to wait. */
  started(step: Step): void {
    if (step[0] in REASONS) this.#steps.set(currentTask(), step);
  }

  /** Notes that the current task has what it waited for. */
  ended(step: Step): void {
    if (this.#steps.get(currentTask()) !== step) return;
    this.#steps.delete(currentTask());
    if (step[0] === "cond.wait") this.notified(step[1] as string, -1);
  }

  /**
   * Notes that the current task has given up. If a condition has notified it,
   * it hands the notification on to whoever is left.
   */
  gaveUp(step: Step): void {
    if (this.#steps.get(currentTask()) !== step) return;
    this.#steps.delete(currentTask());
    if (step[0] === "cond.wait") this.notified(step[1] as string, 0);
  }

  /** Notes that a condition owes so many wake-ups more. */
  notified(name: string, count: number): void {
    const owed = (this.#owed.get(name) ?? 0) + count;
    this.#owed.set(name, Math.max(0, Math.min(owed, this.#waitersOf(name))));
  }

  /** Describes who waits without a reason. */
  forgotten(): string[] {
    const forgotten = [...this.#steps].filter(([, [operation, name]]) =>
      !REASONS[operation]!(this, name as string)
    );
    return forgotten.map(([task, [operation, name]]) =>
      `${
        this.harness.names.get(task as object)
      } is forgotten in ${operation} of ${name}`
    );
  }

  /** Whether a lock or semaphore has nothing to give, or a barrier is to be waited for. */
  isTaken(name: string): boolean {
    const kind = this.harness.object(name).constructor.name;
    if (kind === "Barrier") return this.isFilling(name);
    if (kind.endsWith("Semaphore")) return !(this.accounts.permits(name)! > 0);
    return this.harness.object<Lock>(name).locked();
  }

  /** Whether a barrier still lacks parties. */
  isFilling(name: string): boolean {
    const barrier = this.harness.object<Barrier>(name);
    return !barrier.broken && barrier.nWaiting < barrier.parties;
  }

  /**
   * Whether a condition has notified somebody who could go on and does not.
   * A predicate that is still false takes a notification without a trace, so
   * nothing is known of conditions that are waited for in that way.
   */
  isOwed(name: string): boolean {
    const bodies = JSON.stringify(this.harness.scenario.tasks);
    if (bodies.includes(`["cond.wait_for","${name}"`)) return false;
    return !this.isTaken(name) && (this.#owed.get(name) ?? 0) > 0;
  }

  #waitersOf(name: string): number {
    return [...this.#steps.values()].filter(([operation, object]) =>
      operation === "cond.wait" && object === name
    ).length;
  }
}
