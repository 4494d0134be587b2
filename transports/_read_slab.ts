/** The sizes of slabs, and the least free space to read into, in bytes. */
const TIERS: readonly { readonly slab: number; readonly room: number }[] = [
  { slab: 16 * 1024, room: 4 * 1024 },
  { slab: 64 * 1024, room: 16 * 1024 },
  { slab: 256 * 1024, room: 64 * 1024 },
];

/** Reads that would have fitted a smaller tier before it is gone back to. */
const SMALL_READS_TO_SHRINK = 64;

/** The memory of all slabs: what lies in it never changes once handed out. */
const slabs = new WeakSet<ArrayBufferLike>();

/** Tells whether bytes are a part of a slab, so that they need no copy. */
export function isInSlab(bytes: Uint8Array): boolean {
  return slabs.has(bytes.buffer);
}

/**
 * Memory to read into, handed out piece by piece: each read goes behind the
 * one before it, so that small reads share an allocation and no byte that was
 * handed out is written to again.
 *
 * The slabs grow when reads fill the room there is, and shrink again when for
 * a while they do not: an idle connection holds the smallest.
 */
export class ReadSlab {
  #tier = 0;
  #slab: Uint8Array | null = null;
  #used = 0;
  #offered = 0;
  #smallReads = 0;

  /** Returns free memory to read into. */
  room(): Uint8Array {
    const tier = TIERS[this.#tier]!;
    let slab = this.#slab;
    if (slab === null || slab.length - this.#used < tier.room) {
      slab = new Uint8Array(tier.slab);
      slabs.add(slab.buffer);
      this.#slab = slab;
      this.#used = 0;
    }
    this.#offered = slab.length - this.#used;
    return this.#used === 0 ? slab : slab.subarray(this.#used);
  }

  /** Hands out the bytes that were read into `room()`. */
  take(count: number): Uint8Array {
    const start = this.#used;
    this.#used += count;
    const bytes = this.#slab!.subarray(start, start + count);
    if (count > TIERS[this.#tier]!.room || count === this.#offered) {
      this.#grow();
    } else if (this.#tier > 0) this.#considerShrinking(count);
    return bytes;
  }

  #grow(): void {
    this.#smallReads = 0;
    if (this.#tier < TIERS.length - 1) this.#tier++;
  }

  #considerShrinking(count: number): void {
    if (count > TIERS[this.#tier - 1]!.room) this.#smallReads = 0;
    else if (++this.#smallReads >= SMALL_READS_TO_SHRINK) this.#shrink();
  }

  #shrink(): void {
    this.#smallReads = 0;
    this.#tier--;
    this.#slab = null;
  }
}
