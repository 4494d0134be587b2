/** The sizes of staging buffers, in bytes. */
const SIZES = [4 * 1024, 16 * 1024, 64 * 1024, 128 * 1024, 256 * 1024];

/**
 * Buffers that hold what is being written until the kernel has taken it, used
 * again and again: a connection that has nothing to write holds none.
 *
 * Those that are free are held weakly: busy writers find them, and the garbage
 * collector takes what has not been needed between two of its full rounds.
 */
export class StagingPool {
  #free: WeakRef<Uint8Array[][]> = new WeakRef([]);

  /** Gives a buffer of at least `size` bytes; its content is arbitrary. */
  take(size: number): Uint8Array {
    const index = SIZES.findIndex((each) => each >= size);
    if (index < 0) return new Uint8Array(size);
    const free = this.#free.deref()?.[index];
    return free?.pop() ?? new Uint8Array(SIZES[index]!);
  }

  /** Takes a buffer back; nobody may use it any more. */
  give(buffer: Uint8Array): void {
    const index = SIZES.indexOf(buffer.length);
    if (index < 0) return;
    let free = this.#free.deref();
    if (free === undefined) this.#free = new WeakRef(free = []);
    (free[index] ??= []).push(buffer);
  }
}

/** The pool that all transports share. */
export const staging: StagingPool = new StagingPool();
