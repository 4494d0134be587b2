/**
 * What a run owes: who holds which lock, what each queue contains, which children a group has. Kept by watching the
 * operations that complete, so that the objects can be held against it when everything has ended.
 */
import {
  currentTask,
  type Future,
  type Task,
  type TaskGroup,
} from "../../mod.ts";
import type { Harness, Observer } from "./harness.ts";
import type {
  ObjectSpecification,
  Scenario,
  Step,
  Target,
} from "./scenario.ts";
import { WaitingTasks } from "./waiting_tasks.ts";

/** The account of a queue. */
interface Contents {
  /** What was put and not got. */
  items: number[];
  /** What was put and not marked as done. */
  unfinished: number;
  isShutDown: boolean;
}

/** Watches a run and keeps its accounts. */
export class Ledger implements Observer {
  readonly violations: string[] = [];
  readonly #waiting: WaitingTasks;
  readonly #harness: Harness;
  readonly #afterLine: () => void;
  /** Acquired and not released, by name of the lock or semaphore. */
  readonly #held = new Map<string, number>();
  /** Who acquired a lock or semaphore last. */
  readonly #holders = new Map<string, Task<unknown>>();
  /** Left in a way that does not tell whether they were released. */
  readonly #uncertain = new Set<string>();
  readonly #specifications: Map<string, ObjectSpecification>;
  readonly #queues = new Map<string, Contents>();
  readonly #children = new Map<TaskGroup, Future<unknown>[]>();
  /** The blocks that tasks are inside of. */
  readonly #inside = new Map<Step, Set<unknown>>();
  /** The cancel requests that each task owes. */
  readonly #requests = new Map<Future<unknown>, number>();
  readonly #foreignlyCancelled: ReadonlySet<string>;

  /**
   * @param harness the run to watch
   * @param afterLine called after every line of the trace
   */
  constructor(harness: Harness, afterLine: () => void) {
    this.#harness = harness;
    this.#afterLine = afterLine;
    this.#specifications = new Map(
      Object.entries(harness.scenario.objects ?? {}),
    );
    this.#foreignlyCancelled = foreignlyCancelled(harness.scenario);
    this.#waiting = new WaitingTasks(harness, this);
  }

  // Watching

  wrote(): void {
    this.#afterLine();
  }

  started(step: Step): void {
    this.#waiting.started(step);
  }

  entered(step: Step): void {
    this.#waiting.ended(step);
    const inside = this.#inside.get(step) ?? new Set();
    this.#inside.set(step, inside.add(currentTask()));
    if (step[0] === "with") this.#hold(step[1] as string, 1);
  }

  completed(step: Step, result: unknown): void {
    const [operation, first, second] = step;
    const name = first as string;
    this.#waiting.ended(step);
    switch (operation) {
      case "cond.notify":
        return this.#waiting.notified(name, second as number | undefined ?? 1);
      case "cond.notify_all":
        return this.#waiting.notified(name, Infinity);
      case "new":
        this.#specifications.set(name, second as ObjectSpecification);
        return;
      case "acquire":
        return this.#hold(name, 1);
      case "cond.wait":
      case "cond.wait_for":
        return this.#hold(name, 0);
      case "release":
        return this.#hold(name, -1);
      case "queue.put":
      case "queue.put_nowait":
        return this.#put(name, second as number);
      case "queue.get":
      case "queue.get_nowait":
        return this.#got(name, result as number);
      case "queue.task_done":
        this.contents(name).unfinished--;
        return;
      case "queue.shutdown":
        return this.#shutDown(name, second === true);
      case "tg.spawn":
        return this.#adopt(name, second as string);
      case "cancel":
        if (result === true) this.requested(this.#harness.reference(name));
        return;
      case "uncancel":
        this.#requests.set(this.#harness.reference(name), result as number);
        return;
    }
    this.#left(step, undefined);
  }

  failed(step: Step, error: unknown): void {
    this.#waiting.gaveUp(step);
    if (step[0].startsWith("cond.wait")) this.#hold(step[1] as string, 0);
    this.#left(step, error);
  }

  /** Notes that somebody asked a task to end. */
  requested(future: Future<unknown>): void {
    this.#requests.set(future, (this.#requests.get(future) ?? 0) + 1);
  }

  // Asking

  /** How often a lock or semaphore is held; undefined if that can not be told from outside. */
  held(name: string): number | undefined {
    return this.#uncertain.has(this.#owner(name))
      ? undefined
      : this.#held.get(this.#owner(name)) ?? 0;
  }

  /** How many permits a semaphore must have; undefined if that can not be told from outside. */
  permits(name: string): number | undefined {
    const held = this.held(name);
    const first = this.#specifications.get(name)?.[1] as
      | number
      | undefined;
    return held === undefined || first === undefined ? undefined : first - held;
  }

  /** Who waits although nothing is in the way; nobody may, when all has come to rest. */
  forgotten(): string[] {
    return this.#waiting.forgotten();
  }

  /** What a queue must contain. */
  contents(name: string): Contents {
    const contents = this.#queues.get(name) ??
      { items: [], unfinished: 0, isShutDown: false };
    this.#queues.set(name, contents);
    return contents;
  }

  /** The requests that a task must count; undefined if the library itself may have cancelled it. */
  requests(task: Task<unknown>): number | undefined {
    const name = this.#harness.names.get(task)!;
    return this.#foreignlyCancelled.has(name)
      ? undefined
      : this.#requests.get(task) ?? 0;
  }

  /**
   * Notes that somebody releases the locks of tasks that ended without doing so: who waits on a condition comes back
   * with the lock, however often it is cancelled, so it can not end before (LK4).
   *
   * @returns the names of the locks
   */
  releaseAbandoned(): string[] {
    const abandoned = [...this.#holders].filter(([name, holder]) =>
      holder.done() && this.#held.get(name)! > 0
    );
    for (const [name] of abandoned) {
      this.#held.set(name, this.#held.get(name)! - 1);
    }
    return abandoned.map(([name]) => name);
  }

  // Keeping the accounts

  #hold(name: string, by: number): void {
    const owner = this.#owner(name);
    if (by >= 0) this.#holders.set(owner, currentTask()!);
    this.#held.set(owner, (this.#held.get(owner) ?? 0) + by);
  }

  /** A condition made over a lock holds that lock. */
  #owner(name: string): string {
    const specification = this.#specifications.get(name);
    return specification?.[0] === "condition"
      ? specification[1] as string | undefined ?? name
      : name;
  }

  #put(name: string, item: number): void {
    const contents = this.contents(name);
    contents.items.push(item);
    contents.unfinished++;
  }

  #got(name: string, item: number): void {
    const { items } = this.contents(name);
    const index = items.indexOf(item);
    if (index < 0) {
      this.violations.push(`${name} gave ${item}, which was not in it`);
    } else items.splice(index, 1);
  }

  #shutDown(name: string, immediate: boolean): void {
    const contents = this.contents(name);
    contents.isShutDown = true;
    if (!immediate) return;
    contents.unfinished = Math.max(
      0,
      contents.unfinished - contents.items.length,
    );
    contents.items = [];
  }

  #adopt(name: string, group: string): void {
    const found = this.#harness.groups.get(group)!;
    const children = this.#children.get(found) ?? [];
    this.#children.set(found, children);
    children.push(this.#harness.references.get(name)!);
  }

  #left(step: Step, error: unknown): void {
    if (!this.#inside.get(step)?.delete(currentTask())) return;
    const name = step[1] as string;
    if (step[0] === "taskgroup" || step[0] === "tg.use") {
      this.#checkChildren(name);
    }
    if (step[0] !== "with") return;
    this.#hold(name, -1);
    // The error of a body, or of a release that failed because the body had released already: nobody can tell.
    if (
      error !== undefined &&
      ["RuntimeError", "RangeError"].includes((error as Error).constructor.name)
    ) {
      this.#uncertain.add(this.#owner(name));
    }
  }

  #checkChildren(name: string): void {
    for (
      const child of this.#children.get(this.#harness.groups.get(name)!) ?? []
    ) {
      if (!child.done()) {
        this.violations.push(
          `${this.#harness.names.get(child)} outlives its group ${name}`,
        );
      }
    }
  }
}

/** Names of tasks that whoever waits for them, or their group, may cancel too. */
function foreignlyCancelled(scenario: Scenario): ReadonlySet<string> {
  const names = new Set<string>();
  for (const step of Object.values(scenario.tasks).flatMap(flatten)) {
    const [operation, first, second] = step;
    if (operation === "tg.spawn") names.add(first as string);
    if (operation === "wait_for" || operation === "await") {
      names.add(nameOf(first as Target));
    }
    if (operation === "gather") {
      (second as Target[]).forEach((target) => names.add(nameOf(target)));
    }
  }
  return names;
}

function nameOf(target: Target): string {
  return typeof target === "string" ? target : target[2];
}

/** The steps of a body with all that are nested in them. */
function flatten(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => {
    const nested = step.slice(1).filter((value): value is Step[] =>
      Array.isArray(value) && Array.isArray(value[0])
    );
    return [step, ...nested.flatMap(flatten)];
  });
}
