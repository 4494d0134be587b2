/**
 * Returns `value` if it is a whole number of at least `minimum`.
 *
 * @param action What fails otherwise, such as `"create semaphore"`.
 * @param name What the number is, such as `"value"`.
 * @throws {TypeError} If `value` is not a whole number.
 * @throws {RangeError} If `value` is below `minimum`.
 */
export function checkInteger(
  action: string,
  name: string,
  value: number,
  minimum = -Infinity,
): number {
  if (!Number.isInteger(value)) {
    throw new TypeError(
      `Cannot ${action}: ${name} must be a whole number, received ${
        typeof value === "string" ? JSON.stringify(value) : String(value)
      }`,
    );
  }
  if (value < minimum) {
    throw new RangeError(
      `Cannot ${action}: ${name} must be at least ${minimum}, received ${value}`,
    );
  }
  return value;
}
