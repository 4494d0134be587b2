import type { NativeReaction } from "./native_reaction.ts";
import { type Steps, Strand } from "./strand.ts";

/** The strand of a coroutine that native code awaits. */
export class NativeStrand<T, F, R> extends Strand<T> {
  readonly #reaction: NativeReaction<T, F, R>;
  #begun = false;

  /** Creates the strand; `begin` makes its first step. */
  constructor(
    reaction: NativeReaction<T, F, R>,
    steps: Steps<T>,
    leaf: boolean,
  ) {
    super(reaction.scope!, steps, leaf);
    this.#reaction = reaction;
  }

  /** Steps for the first time, now. */
  override begin(): void {
    super.begin();
    this.#begun = true;
  }

  protected succeed(value: T): void {
    this.#end(false, value);
  }

  protected fail(error: unknown): void {
    this.#end(true, error);
  }

  /** Ends without a handle of its own if the first step was also the last. */
  #end(failed: boolean, value: unknown): void {
    if (this.#begun) this.#reaction.resume(failed, value);
    else this.#reaction.settle(failed, value);
  }
}
