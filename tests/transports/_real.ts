import { assertEquals } from "@std/assert";
import type { ExceptionHandlerContext } from "../../loop/exception_handler.ts";
import type { CoroutineLike } from "../../loop/awaitables.ts";
import { DenoEventLoop } from "../../loop/deno_event_loop.ts";
import { run } from "../../loop/runners.ts";
import { timeout } from "../../loop/timeouts.ts";

/** Longer than any test takes, even on a busy machine, in seconds. */
const PATIENCE = 20;

/**
 * Runs `main` on a loop with real input and output; fails if anything reached
 * the exception handler that `main` does not take out of `reports`.
 */
export async function real<T>(
  main: (reports: ExceptionHandlerContext[]) => Promise<T>,
): Promise<T> {
  const reports: ExceptionHandlerContext[] = [];
  const body: CoroutineLike<T> = () => timeout(PATIENCE, () => main(reports));
  const result = await run(body, { loopFactory: () => createLoop(reports) });
  assertEquals(reports.map(describeReport), []);
  return result;
}

/** Makes a loop whose exception handler appends to `reports`. */
export function createLoop(reports: ExceptionHandlerContext[]): DenoEventLoop {
  const loop = new DenoEventLoop();
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  return loop;
}

/** Writes a report as one line. */
export function describeReport(report: ExceptionHandlerContext): string {
  return `${report.message}: ${report.exception}`;
}
