import type { BaseEventLoop } from "./base_event_loop.ts";
import type { CreationSite } from "./creation_site.ts";
import { RuntimeError } from "./errors.ts";
import { currentScope, running } from "./running.ts";

/** Functions whose calls return a coroutine or a promise, not a result. */
const COROUTINE_FUNCTIONS = [
  "AsyncFunction",
  "GeneratorFunction",
  "AsyncGeneratorFunction",
];

/**
 * Checks a callback that is to be scheduled.
 *
 * @throws {TypeError} If it is no function, or, in debug mode, a coroutine
 * function.
 * @throws {RuntimeError} If, in debug mode, a task of another loop schedules.
 */
export function checkCallback(
  loop: BaseEventLoop,
  callback: unknown,
  method: string,
): void {
  if (typeof callback !== "function") {
    throw new TypeError(
      `Cannot schedule callback: ${method}() expects a function, ` +
        `received ${typeof callback}`,
    );
  }
  if (!loop.getDebug()) return;
  checkNoCoroutine(callback, method);
  // The one way in which tasks of other loops may schedule.
  if (method !== "callSoonThreadsafe") checkCurrent(loop);
}

/**
 * Checks a callback in debug mode: one that returns a coroutine would do
 * nothing, or lose its errors.
 *
 * @throws {TypeError} If it is a coroutine function.
 */
export function checkNoCoroutine(
  callback: object,
  method: string,
): void {
  if (!COROUTINE_FUNCTIONS.includes(callback.constructor.name)) return;
  throw new TypeError(`coroutines cannot be used with ${method}()`);
}

/**
 * Checks in debug mode that no other loop runs the caller.
 *
 * @throws {RuntimeError} If a task or a callback of another loop calls.
 */
export function checkCurrent(loop: BaseEventLoop): void {
  // Not the loop that is merely being run meanwhile: the caller is outside.
  const current = running.loop ?? currentScope()?.task.loop ?? null;
  if (current === null || current === loop) return;
  throw new RuntimeError(
    "Non-thread-safe operation invoked on an event loop other than the " +
      "current one",
  );
}

/**
 * Checks that a loop can be run by the caller.
 *
 * @throws {RuntimeError} If it is run already, or a task or a callback of a
 * loop calls.
 */
export function checkRunnable(isRun: boolean): void {
  if (isRun) throw new RuntimeError("This event loop is already running");
  if (running.loop === null && currentScope() === null) return;
  throw new RuntimeError(
    "Cannot run the event loop while another loop is running",
  );
}

/** Returns a creation site as part of a report, if there is one. */
export function describeSite(
  key: "sourceTraceback" | "handleTraceback",
  site: CreationSite | string | null,
): Record<string, CreationSite | string> {
  return site === null ? {} : { [key]: site };
}

/** Tells what is left, now that the loop is closed: tasks will never end. */
export function reportLeft(loop: BaseEventLoop): void {
  for (const task of loop.tasks) {
    loop.callExceptionHandler({
      message: "Task was destroyed but it is pending!",
      task,
      ...describeSite("sourceTraceback", task.site),
    });
  }
  loop.unretrieved.reportAll();
  loop.unclosed?.reportAll();
}

/**
 * Checks a delay or a point in time.
 *
 * @throws {TypeError} If it is not a number.
 */
export function checkSeconds(value: unknown, name: string): void {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw new TypeError(
    `Cannot schedule callback: ${name} must be a number of seconds, ` +
      `received ${value}`,
  );
}
