import type { Suspension } from "./awaitables.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import { BodyPromise } from "./body_promise.ts";
import { type Context, contextOf, react, scopeStorage } from "./context.ts";
import { CancelledError, RuntimeError } from "./errors.ts";
import { type Frame, frames, withScope } from "./frames.ts";
import { Future } from "./futures.ts";
import { running } from "./running.ts";
import { Scope } from "./scope.ts";
import { type ProbedWait, suspendedFrames } from "./suspended_frames.ts";
import type { Runnable } from "./timer_queue.ts";
import {
  type Interruption,
  PASSED,
  SCHEDULED,
  TAKEN,
  type Wait,
} from "./waits.ts";

/** What a strand steps through: a generator, or an iterator like one. */
export type Steps<T> = Iterator<Suspension, T, unknown>;

/** Stands for "no error": any value can be thrown, even `undefined`. */
const NOTHING = Symbol("nothing");

/**
 * One line of execution inside a task: it steps a generator, and stands in at
 * most one wait.
 *
 * A task has a main strand; an operation awaited by native code runs in a
 * strand of its own, beside it in the same task.
 *
 * | `#wait`    | `#scheduled` | the strand                                   |
 * |------------|--------------|----------------------------------------------|
 * | a future   | no           | waits for it, or it is done and `run` follows |
 * | none       | yes          | goes on in the next iteration                |
 * | none       | no           | is running, or a native body of it is        |
 *
 * A strand goes on inside the async context in which it was suspended; a leaf
 * strand, which runs no code but the library's after a wait, does without.
 */
export abstract class Strand<T = unknown> implements Wait, Runnable {
  /** The innermost region of the task that the strand runs in. */
  scope: Scope;
  /** The neighbours in the task's list. */
  previous: Wait | null = null;
  /** The neighbours in the task's list. */
  next: Wait | null = null;
  /** The loop of the task. */
  readonly loop: BaseEventLoop;
  readonly #steps: Steps<T>;
  readonly #leaf: boolean;
  /** The context to go on in, or what fires the reaction that keeps it. */
  #frame: Frame;
  #wake: (() => void) | null = null;
  #reaction: (() => void) | null = null;
  /** The wait as the generator yielded it, with the future as its value. */
  #wait: IteratorYieldResult<Future<unknown>> | null = null;
  #scheduled = false;
  /** An error that the next step begins with. */
  #injected: unknown = NOTHING;

  /** Creates a strand of the task that the scope belongs to. */
  constructor(scope: Scope, steps: Steps<T>, leaf: boolean) {
    this.scope = scope;
    this.loop = scope.task.loop;
    this.#steps = steps;
    this.#leaf = leaf;
    scope.task.waits.add(this);
  }

  /** Called when the generator returned. */
  protected abstract succeed(value: T): void;
  /** Called when the generator threw. */
  protected abstract fail(error: unknown): void;

  /** What the strand waits for, if it waits. */
  get awaited(): Future<unknown> | null {
    return this.#wait?.value ?? null;
  }

  /** Steps for the first time, now. */
  begin(): void {
    this.#step(NOTHING, undefined);
  }

  /** Schedules the first step, in the current context but in this scope. */
  scheduleBegin(): void {
    this.#scheduled = true;
    if (frames !== null) {
      this.#frame = withScope(frames.getAsyncContext(), this.scope);
    } else {
      this.#wake = react(() =>
        scopeStorage.run(this.scope, () => this.#continueInReaction())
      );
    }
    this.loop.enqueue(this);
  }

  /** The async context that the strand goes on in. */
  get context(): Context {
    return contextOf(this.#frame);
  }

  awaiter(): Future<unknown> {
    return this.scope.task;
  }

  /** The handle of the strand: makes the next step. */
  run(): void {
    const wake = this.#wake;
    if (wake !== null) {
      this.#wake = null;
      this.loop.scheduler.detach();
      wake();
    } else if (frames !== null && !this.#leaf) {
      const outer = frames.getAsyncContext();
      frames.setAsyncContext(this.#frame);
      this.proceed();
      frames.setAsyncContext(outer);
    } else this.proceed();
  }

  /** Makes a step that the loop has scheduled. */
  proceed(): void {
    const awaited = this.awaited;
    this.#wait = null;
    this.#scheduled = false;
    let error = this.#injected;
    this.#injected = NOTHING;
    if (awaited !== null && awaited.failed) error = awaited.takeOutcome();
    const cancellation = this.scope.task.takeCancellation(this.scope);
    if (cancellation !== null && !(error instanceof CancelledError)) {
      error = cancellation;
    }
    this.#step(error, undefined);
  }

  /** Enters a region inside the current one. */
  enterScope(): Scope {
    this.scope = new Scope(this.scope.task, this.scope);
    return this.scope;
  }

  /** Leaves a region for the one around it. */
  leaveScope(scope: Scope): void {
    this.scope = scope.parent!;
    scope.task.leaveScope(scope);
  }

  describe(): string {
    return this.awaited?.describeAsAwaited() ?? "";
  }

  /** Asks only a wait that knows such questions; see `suspendedFrames`. */
  frames(): string[] {
    const wait = this.#wait;
    const probed = (wait as Partial<ProbedWait> | null)?.answersProbes === true;
    if (!probed || wait!.value.done()) return [];
    return suspendedFrames(this.#steps);
  }

  interrupt(message: string | undefined): Interruption {
    const { awaited } = this;
    if (awaited !== null) return awaited.cancel(message) ? TAKEN : SCHEDULED;
    return this.#scheduled ? SCHEDULED : PASSED;
  }

  breakOff(message: string | undefined): void {
    const { awaited } = this;
    if (awaited === null || awaited.done()) return;
    awaited.removeWaiter(this);
    this.#wait = null;
    this.#injected = new CancelledError(message);
    this.#reschedule();
  }

  #continueInReaction(): void {
    const { loop } = running;
    running.loop = this.loop;
    this.proceed();
    running.loop = loop;
    this.loop.scheduler.resume();
  }

  #step(error: unknown, value: unknown): void {
    const { strand } = running;
    running.strand = this;
    let result: IteratorResult<Suspension, T>;
    try {
      result = error === NOTHING
        ? this.#steps.next(value)
        : this.#steps.throw!(error);
    } catch (failure) {
      running.strand = strand;
      this.scope.task.waits.remove(this);
      return this.fail(failure);
    }
    running.strand = strand;
    if (result.done) {
      this.scope.task.waits.remove(this);
      return this.succeed(result.value);
    }
    this.#park(result);
  }

  #park(result: IteratorYieldResult<Suspension>): void {
    const { task } = this.scope;
    const suspension = result.value;
    if (suspension instanceof BodyPromise) return this.#enterBody(suspension);
    this.#keepContext();
    if (suspension === undefined) this.#reschedule();
    else this.#await(result as IteratorYieldResult<Future<unknown>>);
    // Last: what native code schedules counts as a sign that it moves.
    this.loop.scheduler.movers.settle(task);
  }

  #await(wait: IteratorYieldResult<Future<unknown>>): void {
    const suspension = wait.value;
    const misuse = this.#findMisuse(suspension);
    if (misuse !== null) {
      this.#injected = misuse;
      return this.#reschedule();
    }
    this.#wait = wait;
    suspension.addWaiter(this);
    this.scope.task.interruptAtPark(this);
  }

  #reschedule(): void {
    this.#scheduled = true;
    this.loop.scheduler.append(this);
  }

  /** Remembers the context that the strand will go on in. */
  #keepContext(): void {
    if (this.#leaf) return;
    if (frames !== null) this.#frame = frames.getAsyncContext();
    else {
      this.#reaction ??= () => this.#continueInReaction();
      this.#wake = react(this.#reaction);
    }
  }

  #enterBody(body: BodyPromise): void {
    this.loop.scheduler.movers.move(this.scope.task);
    // A thenable of somebody else's may call back at once, or twice, or throw.
    Promise.resolve(body.promise).then(
      (value) => this.#step(NOTHING, value),
      (error) => this.#step(error, undefined),
    );
  }

  #findMisuse(suspension: Future<unknown>): RuntimeError | null {
    let misuse: string;
    if (!(suspension instanceof Future)) {
      misuse = `it yielded ${suspension}, ` +
        "write yield* before what is waited for";
    } else if (suspension.loop !== this.loop) {
      misuse = "the future is attached to a different loop";
    } else if (suspension === this.scope.task) misuse = "it is itself";
    else return null;
    const name = this.scope.task.getName();
    return new RuntimeError(`Cannot wait in task '${name}': ${misuse}`);
  }
}
