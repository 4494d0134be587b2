import * as ownErrors from "../errors.ts";
import { ExceptionGroup } from "../exception_group.ts";
import type { EncodedError } from "./messages.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any
export type ErrorClass = new (...args: any[]) => Error;

/** Classes of errors by their name. */
export type ErrorClasses = Readonly<Record<string, unknown>>;

const OWN: ErrorClasses = { ...ownErrors, ExceptionGroup };

/**
 * Puts an error together that another thread has taken apart.
 *
 * @param encoded The parts.
 * @param classes The user's classes, by name.
 * @returns The error, of the most derived class that is known here.
 */
export function decodeError(
  encoded: EncodedError,
  classes: ErrorClasses = {},
): unknown {
  if (encoded.classes.length === 0) return encoded.value;
  const { name, message, stack, fields, cause, errors } = encoded;
  const error = isDomException(encoded)
    ? new DOMException(message, name)
    : construct(message, findClass(encoded.classes, classes));
  if (error.name !== name) define(error, "name", name);
  for (const [key, value] of Object.entries(fields)) {
    setField(error, key, value);
  }
  if (stack !== undefined) define(error, "stack", stack);
  if (cause !== undefined) {
    define(error, "cause", decodeError(cause, classes));
  }
  if (errors !== undefined) {
    const decoded = errors.map((one) => decodeError(one, classes));
    define(error, "errors", decoded);
  }
  return error;
}

/** Sets a field, unless the class computes it. */
function setField(error: Error, key: string, value: unknown): void {
  if (!(key in error)) (error as unknown as ErrorFields)[key] = value;
}

interface ErrorFields {
  [key: string]: unknown;
}

function isDomException({ classes }: EncodedError): boolean {
  return classes[0] === "DOMException";
}

/** Makes an error of a class without running its constructor. */
function construct(message: string, errorClass: ErrorClass): Error {
  return Reflect.construct(Error, [message], errorClass);
}

function findClass(
  names: readonly string[],
  classes: ErrorClasses,
): ErrorClass {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  const known = [
    classes,
    OWN,
    deno?.errors as ErrorClasses | undefined,
    globalThis as unknown as ErrorClasses,
  ];
  for (const name of names) {
    for (const group of known) {
      const found = group?.[name];
      if (isErrorClass(found)) return found;
    }
  }
  return Error;
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === "function" &&
    (value === Error || value.prototype instanceof Error);
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, {
    value,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}
