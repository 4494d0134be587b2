import type { AbstractEventLoop } from "../loop/abstract_event_loop.ts";
import { traceConnections } from "./_connections.ts";
import { traceTasks } from "./_tasks.ts";
import type { Tracer } from "./tracer.ts";

/** Options of {@linkcode instrument}. */
export interface InstrumentOptions {
  /** Makes the spans: `trace.getTracer("name")` of `npm:@opentelemetry/api`. */
  tracer: Tracer;
  /** Whether tasks become spans, by default yes. */
  tasks?: boolean;
  /** Whether connections of clients and servers become spans, by default yes. */
  connections?: boolean;
}

/**
 * Lets the tasks and the connections that a loop makes from now on become spans.
 *
 * - **A task** is a span from its creation to its end, with the name of its
 *   function. It is a child of the span that was active where it was created,
 *   and active inside the task: what the task starts are its children.
 * - **A connection** is a span from the attempt to open it, or from its
 *   acceptance, to its loss. On a server it is active in the protocol's calls,
 *   so that the task that serves a client is its child.
 *
 * An error ends a span with the status "error"; a cancelled task is marked as
 * such. Errors that nobody retrieves are reported as ever.
 *
 * @param loop The loop.
 * @param options The tracer, and what becomes a span.
 * @returns What ends it; spans that were begun end as usual.
 *
 * @example Spans of a program, seen by a tracer of its own
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import { instrument, type Tracer } from "@asyncio/asyncio/telemetry";
 * import assert from "node:assert/strict";
 *
 * // With the package: trace.getTracer("my program") of npm:@opentelemetry/api.
 * const ended: string[] = [];
 * const tracer: Tracer = {
 *   startActiveSpan: (name, _options, run) =>
 *     run({
 *       setAttribute: () => {},
 *       setStatus: () => {},
 *       recordException: () => {},
 *       end: () => ended.push(name),
 *     }),
 * };
 *
 * await asyncio.run(async () => {
 *   using _ = instrument(asyncio.getRunningLoop(), { tracer });
 *   await asyncio.createTask(async function fetchPrices() {});
 *   await asyncio.sleep(0);
 * });
 * assert.deepEqual(ended, ["fetchPrices"]);
 * ```
 */
export function instrument(
  loop: AbstractEventLoop,
  options: InstrumentOptions,
): Disposable {
  const { tracer, tasks = true, connections = true } = options;
  const stack = new DisposableStack();
  if (tasks) stack.defer(traceTasks(loop, tracer));
  if (connections) stack.defer(traceConnections(loop, tracer));
  return stack;
}
