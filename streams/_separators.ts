const encoder = new TextEncoder();

/** What ends a piece of a stream: bytes or text, or several of them. */
export type Separator = Uint8Array | string;

/**
 * Returns separators as bytes, the shortest first: then the match that is
 * found is the shortest.
 *
 * @throws {RangeError} If there is none, or one is empty.
 */
export function toSeparators(
  separator: Separator | readonly Separator[],
): readonly Uint8Array[] {
  const given: readonly Separator[] = Array.isArray(separator)
    ? separator
    : [separator as Separator];
  const separators = given.map((each) =>
    typeof each === "string" ? encoder.encode(each) : each
  );
  separators.sort((a, b) => a.length - b.length);
  if (separators.length === 0 || separators[0]!.length === 0) {
    throw new RangeError(
      "Cannot read until separator: a separator must be at least one byte",
    );
  }
  return separators;
}
