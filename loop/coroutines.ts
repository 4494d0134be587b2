import type { CoroutineGenerator, Suspension } from "./awaitables.ts";
import { type AnyNativeWait, type DirectSteps, WAIT } from "./direct_steps.ts";
import { RuntimeError } from "./errors.ts";
import { showAsText } from "./inspect.ts";
import {
  failAtOnce,
  NativeWait,
  passOn,
  type Reaction,
} from "./native_wait.ts";
import { NativeStrand } from "./native_strand.ts";
import { currentLoop, currentScope, running } from "./running.ts";
import type { Steps } from "./strand.ts";
import { forgetCoroutine, noteCoroutine } from "./unawaited.ts";

/** What the steps of a coroutine are. */
type Kind = typeof ANY | typeof LEAF | typeof DIRECT;
/** Steps that may run a user's code. */
const ANY = 0;
/** No code but the library's runs in them after a wait. */
const LEAF = 1;
/** They are DirectSteps. */
const DIRECT = 2;

/**
 * A computation that has not started: what every waiting function of the
 * library returns, and what `coroutine()` makes of a user's function.
 *
 * It starts when it is first awaited (`await` in an async function, `yield*`
 * in a generator), inside the awaiting task; `createTask()` and its like start
 * it as a task of its own. It runs once: awaiting it again is a RuntimeError.
 * Awaited outside any task it runs as an implicit task of the current loop.
 *
 * @typeParam T The type of the result.
 *
 * @example Cold until awaited
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const steps: string[] = [];
 * const work = asyncio.coroutine(function* work(n: number) {
 *   steps.push("started");
 *   yield* asyncio.sleep(0);
 *   return n * 2;
 * });
 * await asyncio.run(async () => {
 *   const doubled = work(21);
 *   assert.deepEqual(steps, []);
 *   assert.equal(await doubled, 42);
 * });
 * ```
 */
export class Coroutine<T = unknown> implements Promise<T> {
  /** The name of the function that made it, for reports. */
  readonly name: string;
  static {
    showAsText(this);
  }

  readonly #steps: Steps<T>;
  readonly #kind: Kind;
  #started = false;
  #watched = false;

  /**
   * Creates a coroutine; `coroutine()` is the way to make one.
   *
   * @param name The name of the function that makes it.
   * @param steps What it runs, a generator that has not started.
   * @param kind What native code that awaits it may do with the steps.
   *
   * @ignore
   */
  constructor(name: string, steps: Steps<T>, kind: Kind = ANY) {
    this.name = name;
    this.#steps = steps;
    this.#kind = kind;
    if (running.debugged > 0) noteCoroutine(this);
  }

  /** Waits natively: `await coroutine` calls it. */
  then<A = T, B = never>(
    onFulfilled?: Reaction<T, A>,
    onRejected?: Reaction<unknown, B>,
  ): Promise<A | B> {
    if (!onFulfilled || !onRejected) {
      return new Promise<T>((resolve, reject) => this.then(resolve, reject))
        .then(onFulfilled, onRejected);
    }
    const scope = currentScope();
    const direct = this.#direct();
    if (scope === null && direct?.alone !== true) {
      return this.#runAsTask(onFulfilled, onRejected);
    }
    const loop = scope === null ? currentLoop() : scope.task.loop;
    try {
      this.#claim();
      scope?.task.throwIfAdrift(scope);
      const value = direct === null ? WAIT : direct.attempt();
      if (value !== WAIT) {
        return passOn(loop, scope, onFulfilled, onRejected, value as T);
      }
    } catch (error) {
      return failAtOnce(loop, scope, onFulfilled, onRejected, error);
    }
    const wait = new NativeWait(loop, scope, onFulfilled, onRejected);
    this.#begin(direct, wait);
    return wait;
  }

  /** As `Promise.prototype.catch()`. */
  catch<B = never>(onRejected?: Reaction<unknown, B>): Promise<T | B> {
    return this.then(null, onRejected);
  }

  /** As `Promise.prototype.finally()`. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then((value) => value).finally(onFinally);
  }

  /** Waits in a generator: `yield* coroutine` calls it. */
  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    this.#claim();
    return this.#steps;
  }

  /**
   * Gives the coroutine up: it will not run, and is not reported as never
   * awaited. Does nothing once it has started.
   */
  close(): void {
    this.#started = true;
    if (this.#watched) forgetCoroutine(this);
  }

  /**
   * Whether somebody has awaited or closed it.
   *
   * @ignore
   */
  get started(): boolean {
    return this.#started;
  }

  /**
   * Its end is watched, in debug mode.
   *
   * @ignore
   */
  watch(): void {
    this.#watched = true;
  }

  /** Describes the coroutine by the name of its function. */
  toString(): string {
    return `<Coroutine ${this.name || "anonymous"}>`;
  }

  /** Lets typed APIs take a coroutine for a promise. */
  get [Symbol.toStringTag](): string {
    return "Coroutine";
  }

  #direct(): DirectSteps | null {
    if (this.#kind !== DIRECT) return null;
    return this.#steps as Steps<T> & DirectSteps;
  }

  /** Marks the coroutine as started; it can start only once. */
  #claim(): void {
    if (!this.#started) {
      this.#started = true;
      if (this.#watched) forgetCoroutine(this);
      return;
    }
    throw new RuntimeError(
      `cannot reuse already awaited coroutine '${this.name}'`,
    );
  }

  /** Starts, beside the native code that waits, in the same task. */
  #begin(direct: DirectSteps | null, wait: AnyNativeWait): void {
    try {
      if (direct !== null) return direct.begin(wait);
      const leaf = this.#kind === LEAF;
      new NativeStrand(wait, this.#steps, leaf, this.name).begin();
    } catch (error) {
      wait.settle(true, error);
    }
  }

  /** Runs for native code outside any task: in a task of its own. */
  #runAsTask<A, B>(
    onFulfilled: (value: T) => A | PromiseLike<A>,
    onRejected: (reason: unknown) => B | PromiseLike<B>,
  ): Promise<A | B> {
    try {
      const task = currentLoop().createTask<T>(this, { eagerStart: true });
      return task.then(onFulfilled, onRejected);
    } catch (error) {
      return Promise.reject(error).then(onFulfilled, onRejected);
    }
  }
}

/** Makes the coroutine of an operation of the library. */
export function operation<T>(
  name: string,
  steps: CoroutineGenerator<T>,
): Coroutine<T> {
  return new Coroutine(name, steps);
}

/**
 * Makes the coroutine of an operation that runs no code but the library's
 * after its waits, so that it need not be resumed in its async context.
 */
export function leafOperation<T>(
  name: string,
  steps: CoroutineGenerator<T>,
): Coroutine<T> {
  return new Coroutine(name, steps, LEAF);
}

/** Makes the coroutine of an operation whose steps serve both styles. */
export function directOperation<T>(
  name: string,
  steps: Steps<T> & DirectSteps,
): Coroutine<T> {
  return new Coroutine(name, steps, DIRECT);
}
