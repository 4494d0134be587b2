/**
 * Compares two items as Python's `<` would: numbers and bigints by value,
 * strings by code unit, dates by time, and arrays element by element, like
 * tuples.
 *
 * Later elements of arrays only break ties. Two that have no order, such as
 * objects, leave the tie to the order of arrival, so `[priority, data]` works
 * with any data.
 *
 * @returns Negative if `a` comes first, positive if `b` does, 0 if neither.
 * @throws {TypeError} If the items have no natural order.
 */
export function naturalOrder(a: unknown, b: unknown): number {
  const order = compare(a, b);
  if (order !== null) return order;
  throw new TypeError(
    `Cannot order items: ${describe(a)} and ${
      describe(b)
    } have no natural order, pass a compare function`,
  );
}

/** As `naturalOrder`, but `null` where there is no order. */
function compare(a: unknown, b: unknown): number | null {
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  const left = orderable(a);
  const right = orderable(b);
  if (left === null || right === null) return null;
  if ((typeof left === "string") !== (typeof right === "string")) return null;
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareArrays(
  a: readonly unknown[],
  b: readonly unknown[],
): number | null {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compare(a[i], b[i]);
    if (order !== 0) return order ?? (i === 0 ? null : 0);
  }
  return a.length - b.length;
}

/** Returns what an item is compared by, `null` if there is nothing. */
function orderable(item: unknown): number | bigint | string | null {
  if (item instanceof Date) return orderable(item.getTime());
  if (typeof item === "number") return Number.isNaN(item) ? null : item;
  if (typeof item === "bigint" || typeof item === "string") return item;
  return null;
}

function describe(item: unknown): string {
  if (Array.isArray(item)) return `an array of ${describe(item[0])}`;
  if (typeof item === "object" && item !== null) {
    return `a ${item.constructor?.name ?? "object"}`;
  }
  return typeof item === "function" ? "a function" : String(item);
}
