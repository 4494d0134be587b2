import { Future } from "./futures.ts";
import type { NativeReaction } from "./native_reaction.ts";
import { type Steps, Strand } from "./strand.ts";

/** The strand of a coroutine that native code awaits. */
export class NativeStrand<T, F, R> extends Strand<T> {
  readonly #reaction: NativeReaction<T, F, R>;
  readonly #name: string;
  #begun = false;

  /** Creates the strand; `begin` makes its first step. */
  constructor(
    reaction: NativeReaction<T, F, R>,
    steps: Steps<T>,
    leaf: boolean,
    name: string,
  ) {
    super(reaction.scope!, steps, leaf);
    this.#reaction = reaction;
    this.#name = name;
  }

  /** Steps for the first time, now. */
  override begin(): void {
    super.begin();
    this.#begun = true;
  }

  /** By the name of the coroutine, where what it waits for has none itself. */
  override describe(): string {
    const { awaited } = this;
    if (awaited === null || awaited.constructor !== Future) {
      return super.describe();
    }
    return this.#name || super.describe();
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
