/** The sizes of staging buffers, in bytes. */
const SIZES = [4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024];

/** How many unused buffers of each size are kept. */
const KEPT = 8;

/**
 * Buffers that hold what is being written until the kernel has taken it, used
 * again and again: a connection that has nothing to write holds none.
 */
export class StagingPool {
  readonly #free: Uint8Array[][] = SIZES.map(() => []);

  /** Gives a buffer of at least `size` bytes; its content is arbitrary. */
  take(size: number): Uint8Array {
    const index = SIZES.findIndex((each) => each >= size);
    if (index < 0) return new Uint8Array(size);
    return this.#free[index]!.pop() ?? new Uint8Array(SIZES[index]!);
  }

  /** Takes a buffer back; nobody may use it any more. */
  give(buffer: Uint8Array): void {
    const free = this.#free[SIZES.indexOf(buffer.length)];
    if (free !== undefined && free.length < KEPT) free.push(buffer);
  }
}

/** The pool that all transports share. */
export const staging: StagingPool = new StagingPool();
