import type { BodyPromise } from "./body_promise.ts";
import type { Coroutine } from "./coroutines.ts";
import type { Future } from "./futures.ts";

/**
 * What a coroutine's generator yields to be suspended: a future to wait for,
 * or nothing to go on in the next iteration of the loop.
 *
 * User code has no need to name it: `yield*` on anything awaitable does it.
 */
export type Suspension = Future<unknown> | BodyPromise | undefined;

/** A generator written as a coroutine: `yield*` inside it waits. */
export type CoroutineGenerator<T> = Generator<Suspension, T, unknown>;

/** What can be waited for: it is cold, or it is a future. */
export type Awaitable<T> = Coroutine<T> | Future<T> | CoroutineGenerator<T>;

/**
 * What can become a task: an awaitable, or a function without parameters that
 * returns one or is `async`. A started promise is none: it could not be
 * cancelled, wrap it with `wrapFuture()`.
 */
export type CoroutineLike<T> =
  | Awaitable<T>
  | (() => Awaitable<T> | PromiseLike<T>);

/**
 * A function that an operation calls in the caller's task, such as the body of
 * `timeout()`: an async function or a generator function.
 */
export type Body<T, A extends unknown[] = []> = (
  ...args: A
) => Awaitable<T> | PromiseLike<T>;
