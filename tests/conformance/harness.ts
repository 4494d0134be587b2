/**
 * The state of one run of a scenario: its tables of names, and the trace it writes.
 */
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  createTask,
  currentTask,
  Event,
  type Future,
  type Handle,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  Semaphore,
  StreamReader,
  type Task,
  type TaskGroup,
  type Timeout,
  type VirtualTimeEventLoop,
} from "../../mod.ts";
import { describeError, UserError } from "./errors.ts";
import { decodeBytes } from "./latin1.ts";
import {
  type Json,
  type Line,
  MalformedScenarioError,
  type ObjectSpecification,
  type Predicate,
  type Scenario,
  type Step,
} from "./scenario.ts";
import type { Style } from "./style.ts";

/** What a name of a scenario may stand for when it is awaited or cancelled. */
export type Reference = Future<unknown>;

/** A done callback of a scenario; one function for each name, so that it can be removed again. */
export type DoneCallback = (future: Future<unknown>) => void;

/** Watches a run; every method is called in the middle of what it tells of. */
export interface Observer {
  /** A line was written, the latest of the trace. */
  wrote(): void;
  /** An operation that may suspend begins. */
  started(step: Step): void;
  /** A timeout, a group or a `with` was entered. */
  entered(step: Step): void;
  /** An operation completed with a value. */
  completed(step: Step, result: unknown): void;
  /** An operation failed. */
  failed(step: Step, error: unknown): void;
}

const COMPARISONS: Record<string, (left: number, right: number) => boolean> = {
  ">=": (left, right) => left >= right,
  "<=": (left, right) => left <= right,
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  ">": (left, right) => left > right,
  "<": (left, right) => left < right,
};

/** One run of a scenario. */
export class Harness {
  readonly trace: Line[] = [];
  readonly problems: string[] = [];
  readonly references = new Map<string, Reference>();
  readonly objects = new Map<string, object>();
  readonly counters = new Map<string, number>();
  readonly handles = new Map<string, Handle>();
  readonly callbacks = new Map<string, DoneCallback>();
  readonly timeouts = new Map<string, Timeout>();
  readonly groups = new Map<string, TaskGroup>();
  /** In order of naming; the first name stays. It also keeps every future of the run alive. */
  readonly names = new Map<object, string>();
  /** No line is written any more. */
  closed = false;
  /** Who watches, if anybody. */
  observer: Observer | null = null;
  #callback: string | null = null;

  constructor(
    readonly scenario: Scenario,
    readonly style: Style,
    readonly loop: VirtualTimeEventLoop,
  ) {
    for (
      const [name, specification] of Object.entries(scenario.objects ?? {})
    ) this.make(name, specification);
  }

  /** Whether every task starts inside the call that makes it. */
  get eager(): boolean {
    return this.scenario.eager ?? false;
  }

  // The trace

  /** Writes a line in the name of the running task or callback. */
  emit(what: string, ...values: Json[]): void {
    this.write(this.#who(), what, ...values);
  }

  /** Writes a line in a given name. */
  write(who: string, what: string, ...values: Json[]): void {
    if (this.closed) return;
    this.trace.push([rounded(this.loop.time()), who, what, ...values]);
    this.observer?.wrote();
  }

  #who(): string {
    const task = currentTask();
    if (task !== null) return this.names.get(task) ?? "?";
    return this.#callback ?? "loop";
  }

  /** Runs a callback of the scenario: whatever it writes carries its name. */
  asCallback(name: string, run: () => void): void {
    const outer = this.#callback;
    this.#callback = name;
    try {
      run();
    } finally {
      this.#callback = outer;
    }
  }

  /** Writes an error as traces do. */
  error(error: unknown): Json {
    return describeError(error, (unknown) => {
      this.problem(
        unknown instanceof Error
          ? unknown.stack ?? unknown.message
          : String(unknown),
      );
    });
  }

  /** Writes a value as traces do; null is "no value". */
  value(value: unknown): Json {
    if (value === undefined || value === null) return null;
    if (typeof value === "boolean" || typeof value === "string") return value;
    if (typeof value === "number") return rounded(value);
    if (value instanceof Uint8Array) return decodeBytes(value);
    if (Array.isArray(value)) return value.map((each) => this.value(each));
    if (value instanceof Error) return ["!", this.error(value)];
    const name = this.names.get(value);
    if (name === undefined) {
      throw new MalformedScenarioError(
        `Cannot write ${String(value)}: it has no name`,
      );
    }
    return name;
  }

  /** Notes something that makes the run worthless, whatever its trace is. */
  problem(text: string): void {
    if (!this.closed) this.problems.push(text);
  }

  // The names

  /** Finds what a name stands for, or raises the user error `Unbound`. */
  find<Value>(table: ReadonlyMap<string, Value>, name: string): Value {
    const found = table.get(name);
    if (found === undefined) throw new UserError("Unbound");
    return found;
  }

  /** Finds a task, a future, a gather or a shield; "@self" is the current task. */
  reference(name: string): Reference {
    if (name !== "@self") return this.find(this.references, name);
    const task = currentTask();
    if (task === null) throw new UserError("Unbound");
    return task;
  }

  /** Finds a task: what can be uncancelled. */
  task(name: string): Task<unknown> {
    return this.reference(name) as Task<unknown>;
  }

  /** Finds an object. The scenario, not the compiler, knows its class. */
  object<Kind extends object>(name: string): Kind {
    return this.find(this.objects, name) as Kind;
  }

  /** Binds a name to a task, a future, a gather or a shield. */
  bind(name: string, reference: Reference): void {
    this.references.set(name, reference);
    if (!this.names.has(reference)) this.names.set(reference, name);
  }

  /** Binds the name of a task that starts: before its creator gets hold of it, if it starts eagerly. */
  register(task: Reference, name: string): void {
    if (!this.names.has(task)) this.bind(name, task);
  }

  /** Makes a task of a body, named before its first step. */
  spawn(name: string, body: string, eagerStart = this.eager): Task<Json> {
    const task = createTask(this.style.task(this, body, name), {
      name,
      eagerStart,
    });
    this.register(task, name);
    return task;
  }

  /** Finds the steps of a body. */
  steps(body: string): readonly Step[] {
    const steps = this.scenario.tasks[body];
    if (steps === undefined) {
      throw new MalformedScenarioError(
        `Cannot run body "${body}": there is none`,
      );
    }
    return steps;
  }

  /** Answers a question about a counter. */
  holds([counter, comparison, limit]: Predicate): boolean {
    const compare = COMPARISONS[comparison];
    if (compare === undefined) {
      throw new MalformedScenarioError(`Cannot compare with "${comparison}"`);
    }
    return compare(this.find(this.counters, counter), limit);
  }

  // The objects

  /** Makes an object or a counter or a future, and names it. */
  make(name: string, [kind, ...values]: ObjectSpecification): void {
    const argument = values[0] as number | undefined;
    if (kind === "counter") this.counters.set(name, argument ?? 0);
    else if (kind === "future") {
      this.bind(name, this.loop.createFuture<unknown>());
    } else this.objects.set(name, this.#create(kind, values));
  }

  #create(kind: string, values: unknown[]): object {
    const count = values[0] as number;
    switch (kind) {
      case "lock":
        return new Lock();
      case "event":
        return new Event();
      case "condition":
        return values.length === 0
          ? new Condition()
          : new Condition(this.object<Lock>(values[0] as string));
      case "semaphore":
        return new Semaphore(count);
      case "bounded_semaphore":
        return new BoundedSemaphore(count);
      case "barrier":
        return new Barrier(count);
      case "queue":
        return new Queue<number>(count);
      case "priority_queue":
        return new PriorityQueue<number>(count);
      case "lifo_queue":
        return new LifoQueue<number>(count);
      case "reader":
        return values.length === 0
          ? new StreamReader()
          : new StreamReader(count);
    }
    throw new MalformedScenarioError(
      `Cannot make an object: unknown kind "${kind}"`,
    );
  }
}

/** Rounds to the six decimals of the traces. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
