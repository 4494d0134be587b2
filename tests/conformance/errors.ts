/**
 * The names of errors in traces, and the errors that a scenario may raise by name.
 */
import {
  BrokenBarrierError,
  CancelledError,
  ExceptionGroup,
  IncompleteReadError,
  InvalidStateError,
  LimitOverrunError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  TimeoutError,
} from "../../mod.ts";
import { decodeBytes } from "./latin1.ts";
import { type Json, MalformedScenarioError } from "./scenario.ts";

/** An error of the program under test, known by its name only. */
export class UserError extends Error {
  constructor(override readonly name: string) {
    super(name);
  }
}

type ErrorClass = new (message?: string) => Error;

/** What `["raise", NAME]` makes; the classes that a scenario can name but not raise are missing. */
const RAISABLE: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ["CancelledError", CancelledError],
  ["TimeoutError", TimeoutError],
  ["InvalidStateError", InvalidStateError],
  ["RuntimeError", RuntimeError],
  ["ValueError", RangeError],
  ["QueueEmpty", QueueEmpty],
  ["QueueFull", QueueFull],
  ["BrokenBarrierError", BrokenBarrierError],
]);

/** Exact classes, as scenarios match them: a subclass does not count as its base. */
const NAMES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ...[...RAISABLE].map(([name, errorClass]) => [errorClass, name] as const),
  [QueueShutDown, "QueueShutDown"],
  [IncompleteReadError, "IncompleteReadError"],
  [LimitOverrunError, "LimitOverrunError"],
  [ExceptionGroup, "ExceptionGroup"],
]);

/**
 * Makes the error that a scenario names.
 *
 * @param name a name of the language or a user error
 * @returns a new error
 */
export function makeError(name: string): Error {
  const errorClass = RAISABLE.get(name);
  if (errorClass !== undefined) return new errorClass();
  if (!/^(E\d+|Unbound)$/.test(name)) {
    throw new MalformedScenarioError(`Cannot raise "${name}": no such error`);
  }
  return new UserError(name);
}

/**
 * Names an error as scenarios do; undefined if it is none that they know.
 *
 * @param error what was thrown
 */
export function nameOf(error: unknown): string | undefined {
  if (error instanceof UserError) return error.name;
  return NAMES.get((error as { constructor?: unknown } | null)?.constructor);
}

/**
 * Writes an error as traces do, with the data that belongs to its kind.
 *
 * @param error what was thrown
 * @param onUnknown is told of an error that the language has no name for
 */
export function describeError(
  error: unknown,
  onUnknown: (error: unknown) => void,
): Json {
  const name = nameOf(error);
  if (name === undefined) {
    onUnknown(error);
    return `unknown: ${String(error)}`;
  }
  if (error instanceof ExceptionGroup) {
    return [
      name,
      ...error.errors.map((each) => describeError(each, onUnknown)),
    ];
  }
  if (error instanceof CancelledError && error.message !== "") {
    return [name, error.message];
  }
  if (error instanceof IncompleteReadError) {
    return [name, decodeBytes(error.partial), error.expected];
  }
  if (error instanceof LimitOverrunError) return [name, error.consumed];
  return name;
}

/**
 * Tells whether a `try` that lists these names catches the error.
 *
 * @param error what was thrown
 * @param names exact names, "Exception" for all but CancelledError, "any" for all
 */
export function catches(error: unknown, names: readonly string[]): boolean {
  if (error instanceof MalformedScenarioError) {
    return false;
  }
  const name = nameOf(error);
  return names.some((wanted) =>
    wanted === "any" || wanted === name ||
    (wanted === "Exception" && !(error instanceof CancelledError))
  );
}
