import type { ChunkList } from "./_chunk_list.ts";

const encoder = new TextEncoder();

/** What ends a piece of a stream: bytes, or text which stands for its UTF-8. */
export type Separator = Uint8Array | string;

/** A newline, in the form in which a search wants it. */
export const NEWLINE: readonly Uint8Array[] = [new Uint8Array([10])];

/**
 * Returns separators as a search wants them: as bytes, the shortest first, so
 * that of two that end at the same place the shorter one counts.
 *
 * @throws {RangeError} If there is none, or one is empty.
 */
export function toSeparators(
  separator: Separator | readonly Separator[],
): readonly Uint8Array[] {
  const given = Array.isArray(separator) ? separator : [separator];
  const separators = given.map(toSeparator);
  separators.sort((a, b) => a.length - b.length);
  if (separators.length > 0 && separators[0]!.length > 0) return separators;
  throw new RangeError(
    "Cannot read until separator: a separator must be at least one byte",
  );
}

function toSeparator(separator: unknown): Uint8Array {
  if (separator instanceof Uint8Array) return separator;
  if (typeof separator === "string") return encoder.encode(separator);
  throw new TypeError(
    "Cannot read until separator: expected a Uint8Array or a string, " +
      `received ${separator}`,
  );
}

/** Where a separator was found, and where it ends. */
export interface Match {
  /** The position of its first byte. */
  readonly start: number;
  /** The position behind its last byte. */
  readonly end: number;
}

/** The search of one read for separators, resumed after every arrival. */
export class Search {
  /** What was found. */
  match: Match | null = null;
  /** No separator begins before this position. */
  searched = 0;
  readonly #separators: readonly Uint8Array[];

  /** Creates a search that has seen nothing yet. */
  constructor(separators: readonly Uint8Array[]) {
    this.#separators = separators;
  }

  /** Looks for the match that ends first; tells whether there is one. */
  find(bytes: ChunkList): boolean {
    for (const separator of this.#separators) {
      const start = bytes.indexOf(separator, this.searched);
      if (start < 0) continue;
      const end = start + separator.length;
      if (this.match === null || end < this.match.end) {
        this.match = { start, end };
      }
    }
    if (this.match !== null) return true;
    const longest = this.#separators.at(-1)!.length;
    this.searched = Math.max(this.searched, bytes.length + 1 - longest);
    return false;
  }
}
