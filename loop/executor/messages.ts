/** What travels between a pool and its workers. Types only: nothing to run. */

/** An error, or anything else that was thrown, in parts that can be copied. */
export interface EncodedError {
  /** Its class and those it extends; none if it is no error. */
  readonly classes: readonly string[];
  /** What was thrown that is no error. */
  readonly value?: unknown;
  /** The name, as printed before the message. */
  readonly name: string;
  /** The message. */
  readonly message: string;
  /** The stack of the place that made it. */
  readonly stack?: string | undefined;
  /** What it was caused by. */
  readonly cause?: EncodedError;
  /** The errors of an AggregateError. */
  readonly errors?: readonly EncodedError[];
  /** Its own fields that can be copied, `code` among them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The work of a job: the name of an exported function, or a function's text. */
export interface WorkReference {
  /** The name of the function. */
  readonly name: string;
  /** The text of the function; `null` if it is an export of the module. */
  readonly source: string | null;
}

/** A job, as it is sent. */
export interface JobMessage extends WorkReference {
  /** The arguments of the function. */
  readonly args: readonly unknown[];
}

/** How a job ended. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: EncodedError };

/** What a worker is told. */
export type ToWorker =
  | { readonly kind: "flag"; readonly flag: Int32Array }
  | { readonly kind: "begin"; readonly id: number; readonly job: JobMessage }
  | { readonly kind: "cancel"; readonly id: number };

/** What a worker tells. */
export type FromWorker =
  | { readonly kind: "end"; readonly outcome: Outcome }
  | {
    readonly kind: "dying";
    readonly error: EncodedError;
    /** Whether no error event is going to tell so. */
    readonly silent: boolean;
  };

/** What a process tells. */
export type FromProcess = Outcome | { readonly dying: EncodedError };

/** What a worker asks of the loop that it has a port of. */
export type PortRequest =
  | {
    readonly kind: "call";
    readonly name: string;
    readonly args: readonly unknown[];
  }
  | {
    readonly kind: "run";
    readonly id: number;
    readonly name: string;
    readonly args: readonly unknown[];
  }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "close" };

/** What the loop tells a worker that has a port of it. */
export type PortReply = PortAnswer | { readonly kind: "closed" };

/** How something that a worker had a loop run has ended. */
export interface PortAnswer {
  readonly kind: "answer";
  /** What it was asked as. */
  readonly id: number;
  /** Whether its task was cancelled. */
  readonly cancelled: boolean;
  /** The result or the error. */
  readonly outcome: Outcome;
}
