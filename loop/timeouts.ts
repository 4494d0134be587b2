import type { Body, CoroutineGenerator } from "./awaitables.ts";
import { showAsText } from "./inspect.ts";
import { runBody } from "./body.ts";
import { type Coroutine, operation } from "./coroutines.ts";
import { CancelledError, RuntimeError, TimeoutError } from "./errors.ts";
import { ExceptionGroup } from "./exception_group.ts";
import { running } from "./running.ts";
import type { Scope } from "./scope.ts";
import { type Runnable, Timer } from "./timer_queue.ts";

type State = "created" | "active" | "expiring" | "expired" | "finished";

let expire: (timeout: Timeout) => void;

/** What the timer of a deadline runs. */
class Expiry implements Runnable {
  readonly #timeout: Timeout;

  constructor(timeout: Timeout) {
    this.#timeout = timeout;
  }

  run(): void {
    expire(this.#timeout);
  }
}

/**
 * A deadline on a body of code, which it can ask for and move.
 *
 * Use `timeout()` and `timeoutAt()`; they give it to their body.
 *
 * @example Moving a deadline
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(() =>
 *   asyncio.timeout(0.01, async (deadline) => {
 *     deadline.reschedule(asyncio.getRunningLoop().time() + 60);
 *     await asyncio.sleep(0.02);
 *     assert.ok(!deadline.expired());
 *   })
 * );
 * ```
 */
export class Timeout {
  static {
    showAsText(this);
    expire = (timeout) => timeout.#expire();
  }

  #state: State = "created";
  #when: number | null;
  #timer: Timer | null = null;
  #scope: Scope | null = null;

  /**
   * Creates a deadline; it counts once `run` has entered it.
   *
   * @param when The time of the loop's clock, in seconds, or `null` for never.
   */
  constructor(when: number | null) {
    checkTime(when);
    this.#when = when;
  }

  /**
   * Returns the deadline.
   *
   * @returns Seconds on the loop's clock, or `null` for never.
   */
  when(): number | null {
    return this.#when;
  }

  /**
   * Tells whether the deadline has passed while the body ran.
   *
   * @returns Whether the body was, or is being, cancelled for it.
   */
  expired(): boolean {
    return this.#state === "expiring" || this.#state === "expired";
  }

  /**
   * Moves the deadline.
   *
   * @param when Seconds on the loop's clock, or `null` for never.
   * @throws {RuntimeError} If the body is not running, or already expiring.
   */
  reschedule(when: number | null): void {
    checkTime(when);
    if (this.#state === "created") {
      throw new RuntimeError("Timeout has not been entered");
    }
    if (this.#state !== "active") {
      throw new RuntimeError(`Cannot change state of ${this.#state} Timeout`);
    }
    this.#when = when;
    this.#arm(this.#scope!.task.loop.time());
  }

  /**
   * Runs a body under this deadline, in the caller's task. An object can be
   * used once.
   *
   * @typeParam T The type of the result.
   * @param body An async function or a generator function; it gets this object.
   * @returns A coroutine of what the body returns.
   * @throws {TimeoutError} If the deadline passed and ended the body.
   * @throws {RuntimeError} If it was used before.
   */
  run<T>(body: Body<T, [Timeout]>): Coroutine<T> {
    return operation("timeout", this.steps(body, null));
  }

  /**
   * The steps of `run`, with a delay to count from the start.
   *
   * @ignore
   */
  *steps<T>(
    body: Body<T, [Timeout]>,
    delay: number | null,
  ): CoroutineGenerator<T> {
    const strand = running.strand!;
    const { task } = strand.scope;
    if (this.#state !== "created") {
      throw new RuntimeError("Timeout has already been entered");
    }
    const level = task.cancelling();
    const now = strand.loop.time();
    if (delay !== null) this.#when = now + delay;
    const scope = strand.enterScope();
    this.#scope = scope;
    this.#state = "active";
    this.#arm(now);
    try {
      return yield* runBody(body, this);
    } catch (error) {
      // An expiry explains the error only if nobody else asked to cancel.
      if (this.#leave() && task.uncancel() <= level) throw explain(error);
      throw error;
    } finally {
      strand.leaveScope(scope);
      if (this.#leave()) task.uncancel();
    }
  }

  #arm(now: number): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#when === null) return;
    const { loop } = this.#scope!.task;
    const timer = this.#timer = new Timer(this.#when, new Expiry(this));
    // A deadline that has passed fires as a callback that is ready now.
    if (this.#when <= now) loop.enqueue({ run: () => timer.target?.run() });
    else loop.scheduler.schedule(timer);
  }

  #expire(): void {
    const { task } = this.#scope!;
    task.cancelWithin(this.#scope!);
    this.#state = "expiring";
    this.#timer = null;
  }

  /** Disarms; tells, once, whether the deadline had passed. */
  #leave(): boolean {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#state === "expiring") {
      this.#state = "expired";
      return true;
    }
    if (this.#state === "active") this.#state = "finished";
    return false;
  }

  /** Describes the deadline and its state. */
  toString(): string {
    const when = this.#state === "active" ? ` when=${this.#when}` : "";
    return `<Timeout [${this.#state}]${when}>`;
  }
}

/** Puts the timeout in place of the cancellation that it caused. */
function explain(error: unknown): unknown {
  if (error instanceof CancelledError) {
    return new TimeoutError(undefined, { cause: error });
  }
  if (error instanceof ExceptionGroup) error.errors.forEach(explainCause);
  explainCause(error);
  return error;
}

function explainCause(error: unknown): void {
  let outer = error;
  while (outer instanceof Error && outer.cause instanceof Error) {
    if (outer.cause instanceof CancelledError) {
      outer.cause = new TimeoutError(undefined, { cause: outer.cause });
      return;
    }
    outer = outer.cause;
  }
}

function checkTime(when: unknown): void {
  if (when === null) return;
  if (typeof when === "number" && !Number.isNaN(when)) return;
  throw new TypeError(
    `Cannot set timeout: expected seconds or null, received ${when}`,
  );
}

/**
 * Runs a body that must end within some time, in the caller's task.
 *
 * When the time is up the body is cancelled where it waits; once it has ended
 * the TimeoutError is thrown. A body that refuses to be cancelled goes on, and
 * its result counts. Cancelling the task cancels the body as usual.
 *
 * @typeParam T The type of the result.
 * @param delay How long, in seconds, or `null` for ever.
 * @param body An async function or a generator function; it gets the deadline.
 * @returns A coroutine of what the body returns.
 * @throws {TimeoutError} If the time was up and that ended the body.
 *
 * @example Reading with a deadline
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const queue = new asyncio.Queue<string>();
 *   await assert.rejects(
 *     asyncio.timeout(0.01, () => queue.get()),
 *     asyncio.TimeoutError,
 *   );
 * });
 * ```
 */
export function timeout<T>(
  delay: number | null,
  body: Body<T, [Timeout]>,
): Coroutine<T> {
  checkTime(delay);
  return operation("timeout", new Timeout(null).steps(body, delay));
}

/**
 * Runs a body that must end before a point in time, in the caller's task; as
 * {@linkcode timeout} otherwise.
 *
 * @typeParam T The type of the result.
 * @param when Seconds on the clock of `loop.time()`, or `null` for never.
 * @param body An async function or a generator function; it gets the deadline.
 * @returns A coroutine of what the body returns.
 * @throws {TimeoutError} If the time came and that ended the body.
 *
 * @example One deadline for several steps
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const deadline = asyncio.getRunningLoop().time() + 0.01;
 *   await asyncio.timeoutAt(deadline, () => asyncio.sleep(0));
 *   await assert.rejects(
 *     asyncio.timeoutAt(deadline, () => asyncio.sleep(60)),
 *     asyncio.TimeoutError,
 *   );
 * });
 * ```
 */
export function timeoutAt<T>(
  when: number | null,
  body: Body<T, [Timeout]>,
): Coroutine<T> {
  return new Timeout(when).run(body);
}
