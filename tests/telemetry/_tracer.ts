import { AsyncLocalStorage } from "node:async_hooks";
import type {
  AttributeValue,
  Span,
  SpanOptions,
  SpanStatus,
  Tracer,
} from "../../telemetry/mod.ts";

/** A span that only remembers. */
export class RecordedSpan implements Span {
  readonly attributes: Record<string, AttributeValue> = {};
  readonly errors: Error[] = [];
  status: SpanStatus | null = null;
  ended = 0;

  constructor(
    readonly name: string,
    readonly kind: number | undefined,
    readonly parent: RecordedSpan | null,
  ) {}

  setAttribute(name: string, value: AttributeValue): void {
    this.attributes[name] = value;
  }

  setStatus(status: SpanStatus): void {
    this.status = status;
  }

  recordException(error: Error): void {
    this.errors.push(error);
  }

  end(): void {
    this.ended++;
  }
}

/** A tracer that keeps its spans; the active one follows async contexts. */
export class RecordingTracer implements Tracer {
  readonly spans: RecordedSpan[] = [];
  readonly #active = new AsyncLocalStorage<RecordedSpan>();

  startActiveSpan<T>(
    name: string,
    options: SpanOptions,
    run: (span: RecordedSpan) => T,
  ): T {
    const parent = this.#active.getStore() ?? null;
    const span = new RecordedSpan(name, options.kind, parent);
    this.spans.push(span);
    return this.#active.run(span, () => run(span));
  }

  /** The span that is active in the running code. */
  get active(): RecordedSpan | null {
    return this.#active.getStore() ?? null;
  }

  /** The spans as a line each: "name < parent". */
  get lines(): string[] {
    return this.spans.map(({ name, parent }) =>
      parent === null ? name : `${name} < ${parent.name}`
    );
  }
}
