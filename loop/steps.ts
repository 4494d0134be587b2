import type {
  Awaitable,
  CoroutineGenerator,
  CoroutineLike,
} from "./awaitables.ts";
import { Coroutine } from "./coroutines.ts";
import { Future } from "./futures.ts";
import type { Steps } from "./strand.ts";

/** Tells whether `yield*` on a value waits for it. */
export function isSteppable<T>(value: unknown): value is Awaitable<T> {
  return value instanceof Coroutine || value instanceof Future ||
    isGenerator(value);
}

/**
 * Tells whether a value is a coroutine: cold, and to be run once by a task.
 *
 * @param value Any value.
 * @returns Whether it is a Coroutine or a generator object.
 */
export function isCoroutine(
  value: unknown,
): value is Coroutine<unknown> | CoroutineGenerator<unknown> {
  return value instanceof Coroutine || isGenerator(value);
}

/** Tells whether a value can be a list of awaitables, and is none itself. */
export function isList(value: unknown): value is Iterable<unknown> {
  const list = value as Partial<Iterable<unknown>> | null | undefined;
  return typeof list?.[Symbol.iterator] === "function" &&
    !(value instanceof Future || value instanceof Coroutine);
}

/** Tells whether a value is a generator object. */
function isGenerator(value: unknown): boolean {
  const generator = value as Partial<Generator> | null | undefined;
  return typeof generator?.next === "function" &&
    typeof generator.throw === "function" &&
    typeof generator[Symbol.iterator] === "function";
}

/**
 * Checks that a value can become a task.
 *
 * @throws {TypeError} If it cannot; the message tells what to write instead.
 */
export function checkCoroutineLike(value: unknown, action: string): void {
  if (typeof value === "function") {
    if (value.length === 0) return;
    const { name } = value;
    const what = name === "" ? "a function" : `the function '${name}'`;
    throw new TypeError(
      `Cannot ${action}: expected a coroutine, received ${what} ` +
        `which needs arguments, write () => ${name || "call"}(...) instead`,
    );
  }
  if (isSteppable(value)) return;
  if (value instanceof Promise) {
    throw new TypeError(
      `Cannot ${action}: expected a coroutine, received a started promise, ` +
        "write () => call() instead of call(), or wrapFuture(promise)",
    );
  }
  throw new TypeError(
    `Cannot ${action}: expected a coroutine, received ${describe(value)}`,
  );
}

/** Returns the steps of something awaitable; a function is no such thing. */
export function stepsOf<T>(
  source: Exclude<CoroutineLike<T>, () => unknown>,
): Steps<T> {
  return source[Symbol.iterator]() as Steps<T>;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  return `an object of class ${value.constructor?.name ?? "Object"}`;
}
