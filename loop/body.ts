import type { Body, CoroutineGenerator } from "./awaitables.ts";
import { BodyPromise } from "./body_promise.ts";
import { scopeStorage } from "./context.ts";
import { running } from "./running.ts";
import { isSteppable } from "./steps.ts";

/**
 * Runs a body function in the caller's task, inside the innermost scope of the
 * strand; used as `yield* runBody(body, ...)` in the generator of an operation.
 */
export function* runBody<T, A extends unknown[]>(
  body: Body<T, A>,
  ...args: A
): CoroutineGenerator<T> {
  const subject = callBody(body, args);
  if (isSteppable<T>(subject)) return yield* subject;
  if (isPromiseLike(subject)) return (yield new BodyPromise(subject)) as T;
  throw new TypeError(
    "Cannot run coroutine: expected an async function or a generator " +
      `function, but ${body.name || "the function"} returned ${subject}`,
  );
}

/** Calls the body as native code of the strand's scope. */
function callBody<T, A extends unknown[]>(
  body: Body<T, A>,
  args: A,
): ReturnType<Body<T, A>> {
  const { scope } = running.strand!;
  if (scopeStorage.getStore() === scope) return body(...args);
  return scopeStorage.run(scope, () => body(...args));
}

/** Tells whether a value has a `then` method. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then ===
    "function";
}
