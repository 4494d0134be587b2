/** Chunks that are gone are kept in the array until there are this many. */
const GONE_CHUNKS = 64;

/**
 * Bytes in the order in which they arrived, as a list of chunks: nothing is
 * copied until bytes are taken, and then only if they lie in several chunks.
 *
 * A search begins where the one before it has looked up to, so looking again
 * after each arrival takes linear time in all.
 */
export class ChunkList {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  /** The first chunk that is not gone, and how many of its bytes are. */
  #front = 0;
  #offset = 0;
  /** A chunk at or before the place to search from next, and where it begins. */
  #cursor = 0;
  #cursorStart = 0;

  /** How many bytes there are. */
  get length(): number {
    return this.#length;
  }

  /** Appends a chunk, which nobody must change any more. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    const chunks = this.#chunks;
    const last = chunks.length - 1;
    this.#length += chunk.length;
    if (last >= this.#front && isContinued(chunks[last]!, chunk)) {
      chunks[last] = join(chunks[last]!, chunk);
    } else chunks.push(chunk);
  }

  /** Takes the first `count` bytes; there must be as many. */
  take(count: number): Uint8Array {
    const chunk = this.#chunks[this.#front];
    if (chunk === undefined || count === 0) return new Uint8Array(0);
    const end = this.#offset + count;
    if (end > chunk.length) return this.#gather(count);
    const isWhole = this.#offset === 0 && end === chunk.length;
    const bytes = isWhole ? chunk : chunk.subarray(this.#offset, end);
    this.skip(count);
    return bytes;
  }

  /** Drops the first `count` bytes; there must be as many. */
  skip(count: number): void {
    const chunks = this.#chunks;
    this.#length -= count;
    this.#offset += count;
    while (
      this.#front < chunks.length &&
      this.#offset >= chunks[this.#front]!.length
    ) {
      this.#offset -= chunks[this.#front]!.length;
      chunks[this.#front++] = undefined!;
    }
    if (this.#front === chunks.length) this.#reset();
    else if (this.#front >= GONE_CHUNKS && this.#front * 2 > chunks.length) {
      this.#forget(this.#front);
    }
    this.#cursor = this.#front;
    this.#cursorStart = -this.#offset;
  }

  /** Drops everything. */
  clear(): void {
    this.skip(this.#length);
  }

  /** Returns the byte at a position. */
  at(position: number): number | undefined {
    this.#seek(position);
    return this.#chunks[this.#cursor]?.[position - this.#cursorStart];
  }

  /**
   * Finds a pattern that begins at a position or after it.
   *
   * @returns Where it begins, or -1.
   */
  indexOf(pattern: Uint8Array, from: number): number {
    this.#seek(from);
    const first = pattern[0]!;
    let start = this.#cursorStart;
    let at = from - start;
    for (let index = this.#cursor; index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index]!;
      while ((at = chunk.indexOf(first, at)) >= 0) {
        if (this.#matches(pattern, index, at)) return start + at;
        at++;
      }
      start += chunk.length;
      at = 0;
    }
    return -1;
  }

  /** Moves the cursor to the chunk that a position lies in. */
  #seek(position: number): void {
    if (position < this.#cursorStart) {
      this.#cursor = this.#front;
      this.#cursorStart = -this.#offset;
    }
    const last = this.#chunks.length - 1;
    while (this.#cursor < last) {
      const next = this.#cursorStart + this.#chunks[this.#cursor]!.length;
      if (next > position) break;
      this.#cursor++;
      this.#cursorStart = next;
    }
  }

  #matches(pattern: Uint8Array, index: number, at: number): boolean {
    let chunk = this.#chunks[index]!;
    for (let i = 1; i < pattern.length; i++) {
      if (++at === chunk.length) {
        const next = this.#chunks[++index];
        if (next === undefined) return false;
        chunk = next;
        at = 0;
      }
      if (chunk[at] !== pattern[i]) return false;
    }
    return true;
  }

  #gather(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    let filled = 0;
    let start = this.#offset;
    for (let index = this.#front; filled < count; index++) {
      const chunk = this.#chunks[index]!;
      const piece = chunk.subarray(start, start + count - filled);
      bytes.set(piece, filled);
      filled += piece.length;
      start = 0;
    }
    this.skip(count);
    return bytes;
  }

  /** Forgets the chunks of an empty list; mostly there is but one. */
  #reset(): void {
    if (this.#chunks.length === 1) this.#chunks.pop();
    else this.#chunks.length = 0;
    this.#front = 0;
    this.#offset = 0;
  }

  /** Removes the first `count` entries of the array, all of them gone. */
  #forget(count: number): void {
    this.#chunks.splice(0, count);
    this.#front = 0;
  }
}

/** Tells whether a chunk lies directly behind another in the same memory. */
function isContinued(chunk: Uint8Array, next: Uint8Array): boolean {
  return chunk.buffer === next.buffer &&
    chunk.byteOffset + chunk.length === next.byteOffset;
}

/** Returns two chunks that lie behind each other as one. */
function join(chunk: Uint8Array, next: Uint8Array): Uint8Array {
  const length = chunk.length + next.length;
  return new Uint8Array(chunk.buffer, chunk.byteOffset, length);
}
