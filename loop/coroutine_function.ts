import type { Body } from "./awaitables.ts";
import { runBody } from "./body.ts";
import { Coroutine } from "./coroutines.ts";

/**
 * Makes a coroutine function of a generator function or an async function:
 * calling it starts nothing, it returns a cold {@linkcode Coroutine}.
 *
 * The result can be awaited in both styles and handed to `createTask()`,
 * `gather()` or `waitFor()` like any operation of the library.
 *
 * @typeParam A The parameters of the function.
 * @typeParam T The type of its result.
 * @param body The function; it runs when the coroutine is first awaited.
 * @returns A function with the same parameters.
 *
 * @example A generator that async functions can await
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const add = asyncio.coroutine(function* add(a: number, b: number) {
 *   yield* asyncio.sleep(0);
 *   return a + b;
 * });
 * assert.equal(await asyncio.run(async () => await add(1, 2)), 3);
 * ```
 */
export function coroutine<A extends unknown[], T>(
  body: Body<T, A>,
): (...args: A) => Coroutine<T> {
  if (typeof body !== "function") {
    throw new TypeError("Cannot make coroutine function: expected a function");
  }
  return (...args) => new Coroutine(body.name, runBody(body, ...args));
}
