/** The longest piece that ends with a separator, unless said otherwise. */
export const DEFAULT_LIMIT = 64 * 1024;

/**
 * Returns a limit in bytes.
 *
 * @throws {RangeError} If it is not positive; the message names the action.
 */
export function checkLimit(action: string, limit = DEFAULT_LIMIT): number {
  if (limit > 0) return limit;
  throw new RangeError(
    `Cannot ${action}: limit must be positive, received ${limit}`,
  );
}
