/** What can be said about a span. */
export type AttributeValue = string | number | boolean;

/** How a span ended, as in OpenTelemetry's API. */
export interface SpanStatus {
  /** 2 is an error. */
  code: number;
  /** What went wrong. */
  message?: string;
}

/** As much of a span of OpenTelemetry's API as is needed. */
export interface Span {
  /** Says something about the span. */
  setAttribute(name: string, value: AttributeValue): unknown;
  /** Says how it went. */
  setStatus(status: SpanStatus): unknown;
  /** Notes an error. */
  recordException(error: Error): unknown;
  /** Ends the span. */
  end(): void;
}

/** How a span begins, as in OpenTelemetry's API. */
export interface SpanOptions {
  /** 0 inside the program, 1 a server's, 2 a client's. */
  kind?: number;
  /** What is known from the start. */
  attributes?: Record<string, AttributeValue>;
}

/**
 * As much of a tracer of OpenTelemetry's API as is needed: a tracer of
 * `npm:@opentelemetry/api` is one.
 */
export interface Tracer {
  /** Starts a span that is the active one while `run` runs. */
  startActiveSpan<T>(
    name: string,
    options: SpanOptions,
    run: (span: Span) => T,
  ): T;
}

/** Span kinds of OpenTelemetry's API. */
export const INTERNAL = 0;
/** See `INTERNAL`. */
export const SERVER = 1;
/** See `INTERNAL`. */
export const CLIENT = 2;

const ERROR = 2;

/** Notes an error that a span ends with. */
export function noteError(span: Span, error: unknown): void {
  const exception = error instanceof Error ? error : new Error(String(error));
  span.recordException(exception);
  span.setStatus({ code: ERROR, message: exception.message });
}
