/** How much a log record matters, least first. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** One thing that happened. */
export interface LogRecord {
  /** How much it matters. */
  readonly level: LogLevel;
  /** What happened, in a sentence or a few lines. */
  readonly message: string;
  /** The error it is about, if there is one. */
  readonly error?: unknown;
  /** The objects and figures it is about, by name. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Takes the records of the package; called for every record, of any level. */
export type Logger = (record: LogRecord) => void;

/** Methods of the console, looked up when they are called: tests spy on them. */
const PRINTERS = {
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
} as const;

/** Prints to the console what matters: warnings and errors. */
export function consoleLogger(record: LogRecord): void {
  if (record.level === "debug" || record.level === "info") return;
  const printer = PRINTERS[record.level];
  console[printer](record.message);
  // On lines of its own: the message may have several.
  if (record.error !== undefined) console[printer](record.error);
}

let current: Logger = consoleLogger;

/**
 * Replaces what the package logs to; asyncio's logger of the name "asyncio".
 * In normal use nothing is logged.
 *
 * @param logger Takes each record, or `null` for the console, which shows
 * warnings and errors only.
 * @throws {TypeError} If it is neither.
 *
 * @example Keeping the records
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const messages: string[] = [];
 * asyncio.setLogger(({ message }) => messages.push(message));
 * await asyncio.run(async () => {
 *   asyncio.getRunningLoop().callSoon(() => {
 *     throw new Error("lost");
 *   });
 *   await asyncio.sleep(0);
 * });
 * asyncio.setLogger(null);
 * assert.match(messages[0]!, /^Exception in callback/);
 * ```
 */
export function setLogger(logger: Logger | null): void {
  if (logger !== null && typeof logger !== "function") {
    throw new TypeError("Cannot set logger: expected a function or null");
  }
  current = logger ?? consoleLogger;
}

/**
 * Returns what the package logs to.
 *
 * @returns The logger that was set, or the one that prints to the console.
 */
export function getLogger(): Logger {
  return current;
}

/** Logs a record. */
export function log(
  level: LogLevel,
  message: string,
  fields: Record<string, unknown> = {},
  error?: unknown,
): void {
  current({
    level,
    message,
    fields,
    ...(error === undefined ? {} : { error }),
  });
}
