/** Types of the part of `@std/assert` that the tests use. */

/** A class that can be told from others by `instanceof`. */
// deno-lint-ignore no-explicit-any
type AnyClass<T> = abstract new (...args: any[]) => T;

/** What every failed assertion throws. */
export declare class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions);
}

/** Asserts that a value is truthy. */
export declare function assert(
  value: unknown,
  message?: string,
): asserts value;

/** Asserts that a value is falsy. */
export declare function assertFalse(value: unknown, message?: string): void;

/** Asserts that two values are equal, deeply. */
export declare function assertEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void;

/** Asserts that two values are the same one. */
export declare function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T;

/** Asserts that two values are not the same one. */
export declare function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void;

/** Asserts that `actual > expected`. */
export declare function assertGreater<T>(
  actual: T,
  expected: T,
  message?: string,
): void;

/** Asserts that `actual < expected`. */
export declare function assertLess<T>(
  actual: T,
  expected: T,
  message?: string,
): void;

/** Asserts that `actual <= expected`. */
export declare function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  message?: string,
): void;

/** Asserts that a value is an instance of a class. */
export declare function assertInstanceOf<T>(
  actual: unknown,
  expectedClass: AnyClass<T>,
  message?: string,
): asserts actual is T;

/** Asserts that a string contains another. */
export declare function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
): void;

/** Asserts that a string matches a pattern. */
export declare function assertMatch(
  actual: string,
  expected: RegExp,
  message?: string,
): void;

/** Asserts that a function throws, and returns what it threw. */
export declare function assertThrows(
  fn: () => unknown,
  message?: string,
): unknown;
export declare function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: AnyClass<E>,
  messageIncludes?: string,
  message?: string,
): E;

/** Asserts that a promise rejects, and resolves to its reason. */
export declare function assertRejects(
  fn: () => PromiseLike<unknown>,
  message?: string,
): Promise<unknown>;
export declare function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: AnyClass<E>,
  messageIncludes?: string,
  message?: string,
): Promise<E>;
