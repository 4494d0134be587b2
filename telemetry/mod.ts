/**
 * Spans for tasks and connections, through a tracer of OpenTelemetry's API that
 * the program passes in. It is an entry point of its own: nothing of it is
 * loaded, and nothing is measured, unless a program imports it.
 *
 * @module
 */

export { instrument, type InstrumentOptions } from "./instrument.ts";
export type {
  AttributeValue,
  Span,
  SpanOptions,
  SpanStatus,
  Tracer,
} from "./tracer.ts";
