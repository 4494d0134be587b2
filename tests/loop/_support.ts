import type { AbstractEventLoop } from "../../loop/abstract_event_loop.ts";
import type { Awaitable, Body } from "../../loop/awaitables.ts";
import type { ExceptionHandlerContext } from "../../loop/exception_handler.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { virtual } from "../_support.ts";

/**
 * A coroutine written once for both styles: `yield` stands for the `await` of
 * an async function and for the `yield*` of a generator.
 */
// deno-lint-ignore no-explicit-any
export type Script<T> = Generator<Awaitable<any>, T, any>;

/** One of the two ways to write a coroutine. */
export interface ScriptStyle {
  /** As it stands in the name of a test. */
  readonly name: string;
  /** Writes a script out in this style. */
  body<T, A extends unknown[]>(
    script: (...args: A) => Script<T>,
  ): Body<T, A>;
}

/** Native async functions. */
export const ASYNC: ScriptStyle = {
  name: "async function",
  body: (script) => async (...args) => {
    const steps = script(...args);
    let step = steps.next();
    while (!step.done) {
      let value: unknown;
      try {
        value = await step.value;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(value);
    }
    return step.value;
  },
};

/** Generator functions. */
export const GENERATOR: ScriptStyle = {
  name: "generator",
  body: (script) =>
    function* (...args) {
      const steps = script(...args);
      let step = steps.next();
      while (!step.done) {
        let value: unknown;
        try {
          value = yield* step.value;
        } catch (error) {
          step = steps.throw(error);
          continue;
        }
        step = steps.next(value);
      }
      return step.value;
    },
};

/** Both styles. */
export const SCRIPT_STYLES: readonly ScriptStyle[] = [ASYNC, GENERATOR];

/** Defines one test per style, each on virtual time. */
export function testScripts(
  name: string,
  body: (style: ScriptStyle) => Promise<void>,
): void {
  for (const style of SCRIPT_STYLES) {
    Deno.test(`${name} (${style.name})`, () => virtual(() => body(style)));
  }
}

/** Defines one test on virtual time. */
export function testVirtual(name: string, body: () => Promise<void>): void {
  Deno.test(name, () => virtual(body));
}

/** Defines one test per pair of styles, the second called by the first. */
export function testMixedScripts(
  name: string,
  body: (outer: ScriptStyle, inner: ScriptStyle) => Promise<void>,
): void {
  for (const outer of SCRIPT_STYLES) {
    for (const inner of SCRIPT_STYLES) {
      Deno.test(
        `${name} (${outer.name} over ${inner.name})`,
        () => virtual(() => body(outer, inner)),
      );
    }
  }
}

/** What the exception handler of a loop is told from now on. */
export function recordReports(
  loop: AbstractEventLoop = getRunningLoop(),
): ExceptionHandlerContext[] {
  const reports: ExceptionHandlerContext[] = [];
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  return reports;
}

/** Makes a loop on virtual time, for `loopFactory`. */
export function virtualLoop(): VirtualTimeEventLoop {
  return new VirtualTimeEventLoop();
}

/** The error of a function that must throw, whatever it is. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("It did not throw");
}
