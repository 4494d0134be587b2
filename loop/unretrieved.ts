import type { BaseEventLoop } from "./base_event_loop.ts";
import { describeSite } from "./checks.ts";
import type { Future } from "./futures.ts";

/** One error that nobody has retrieved yet. */
export class UnretrievedError {
  /** The future, as long as anybody holds it. */
  readonly future: WeakRef<Future<unknown>>;
  /** What failed: "Future" or "Task". */
  readonly kind: string;
  /** The error. */
  readonly exception: unknown;
  /** Where the future was made, in debug mode; as text, for frames hold it. */
  readonly site: string | null;
  readonly #owner: UnretrievedErrors;

  /** Creates the record. */
  constructor(
    owner: UnretrievedErrors,
    future: Future<unknown>,
    kind: string,
    exception: unknown,
  ) {
    this.#owner = owner;
    this.future = new WeakRef(future);
    this.kind = kind;
    this.exception = exception;
    this.site = future.site === null ? null : String(future.site);
  }

  /** Somebody has seen the error. */
  forget(): void {
    this.#owner.forget(this);
  }

  /** Tells the exception handler, once. */
  report(): void {
    this.#owner.report(this);
  }
}

const collected = new FinalizationRegistry<UnretrievedError>((record) =>
  record.report()
);

/**
 * The errors of a loop's futures that nobody has retrieved: reported when the
 * future is collected and at the latest when the loop closes.
 */
export class UnretrievedErrors {
  readonly #loop: BaseEventLoop;
  readonly #records = new Set<UnretrievedError>();

  /** Creates the empty collection of a loop. */
  constructor(loop: BaseEventLoop) {
    this.#loop = loop;
  }

  /** Notes that a future failed. */
  note(
    future: Future<unknown>,
    kind: string,
    exception: unknown,
  ): UnretrievedError {
    const record = new UnretrievedError(this, future, kind, exception);
    this.#records.add(record);
    collected.register(future, record, record);
    return record;
  }

  /** Drops a record. */
  forget(record: UnretrievedError): void {
    this.#records.delete(record);
    collected.unregister(record);
  }

  /** Reports one record, once. */
  report(record: UnretrievedError): void {
    if (!this.#records.has(record)) return;
    this.forget(record);
    const future = record.future.deref();
    this.#loop.callExceptionHandler({
      message: `${record.kind} exception was never retrieved`,
      exception: record.exception,
      ...(future === undefined ? {} : { future }),
      ...describeSite("sourceTraceback", record.site),
    });
  }

  /** Reports all that are left; the loop closes. */
  reportAll(): void {
    for (const record of [...this.#records]) this.report(record);
  }
}
