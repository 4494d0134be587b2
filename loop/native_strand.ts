import { Future } from "./futures.ts";
import type { NativeWait } from "./native_wait.ts";
import { type Steps, Strand } from "./strand.ts";

/** The strand of a coroutine that native code awaits. */
export class NativeStrand<T, F, R> extends Strand<T> {
  readonly #native: NativeWait<T, F, R>;
  readonly #name: string;
  /** Whether no code of the user's can be what waits. */
  readonly #ours: boolean;
  #begun = false;

  /** Creates the strand; `begin` makes its first step. */
  constructor(
    native: NativeWait<T, F, R>,
    steps: Steps<T>,
    leaf: boolean,
    name: string,
  ) {
    super(native.scope!, steps, leaf);
    this.#native = native;
    this.#name = name;
    this.#ours = leaf;
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
    const description = super.describe();
    // What code of the user's waits for may have a name, which tells more.
    if (!this.#ours && !description.startsWith("<")) return description;
    return this.#name || description;
  }

  protected succeed(value: T): void {
    this.#end(false, value);
  }

  protected fail(error: unknown): void {
    this.#end(true, error);
  }

  /** Ends without a handle of its own if the first step was also the last. */
  #end(failed: boolean, value: unknown): void {
    if (this.#begun) this.#native.resume(failed, value);
    else this.#native.settle(failed, value);
  }
}
