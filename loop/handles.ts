import type { BaseEventLoop } from "./base_event_loop.ts";
import { describeSite } from "./checks.ts";
import { type Context, contextOf, react, scopeStorage } from "./context.ts";
import type { CreationSite } from "./creation_site.ts";
import { type Frame, frames, withScope } from "./frames.ts";
import { showAsText } from "./inspect.ts";
import { running } from "./running.ts";
import type { Timer } from "./timer_queue.ts";

/** A function as the loop keeps it: any arguments, result ignored. */
// deno-lint-ignore no-explicit-any
export type Callback = (...args: any[]) => unknown;

/**
 * A callback that the loop will run once, in the async context of the code
 * that scheduled it, but outside its task.
 */
export class Handle {
  static {
    showAsText(this);
  }

  /**
   * Where the handle was made, in debug mode.
   *
   * @ignore
   */
  readonly site: CreationSite | null;
  readonly #loop: BaseEventLoop;
  #callback: Callback | null;
  #args: readonly unknown[];
  readonly #context: Context | undefined;
  /** The context to run in, or what fires the reaction that keeps it. */
  readonly #frame: Frame;
  readonly #fire: (() => void) | null = null;

  /**
   * Creates the handle; `loop.callSoon()` and its like do.
   *
   * @param loop The loop that will run it.
   * @param callback What to call.
   * @param args The arguments of the call.
   * @param context The async context to call it in, by default the current.
   */
  constructor(
    loop: BaseEventLoop,
    callback: Callback,
    args: readonly unknown[],
    context?: Context,
  ) {
    this.#loop = loop;
    this.#callback = callback;
    this.#args = args;
    this.#context = context;
    this.site = loop.unclosed?.sites.sample() ?? null;
    if (context !== undefined) return;
    if (frames !== null) this.#frame = frames.getAsyncContext();
    else this.#fire = react(() => this.#runInReaction());
  }

  /** The function to call, `null` once cancelled. */
  get callback(): Callback | null {
    return this.#callback;
  }

  /**
   * Returns the async context that the callback will run in.
   *
   * @returns The context given, or that of the code that scheduled it.
   * @throws {NotImplementedError} Where the runtime does not tell.
   */
  getContext(): Context {
    return this.#context ?? contextOf(this.#frame);
  }

  /** Makes sure that the callback is not called; too late it does nothing. */
  cancel(): void {
    this.#callback = null;
    this.#args = [];
  }

  /**
   * Tells whether the handle was cancelled.
   *
   * @returns Whether `cancel()` was called.
   */
  cancelled(): boolean {
    return this.#callback === null;
  }

  /**
   * Runs the callback; the loop calls it.
   *
   * @ignore
   */
  run(): void {
    if (this.#callback === null) return;
    if (this.#fire !== null) {
      this.#loop.scheduler.detach();
      this.#fire();
    } else if (this.#context !== undefined) {
      this.#context(() => this.#call());
    } else if (frames !== null) {
      const outer = frames.getAsyncContext();
      frames.setAsyncContext(withScope(this.#frame, undefined));
      this.#call();
      frames.setAsyncContext(outer);
    }
  }

  #runInReaction(): void {
    const { loop } = running;
    running.loop = this.#loop;
    this.#call();
    running.loop = loop;
    this.#loop.scheduler.resume();
  }

  #call(): void {
    const callback = this.#callback;
    if (callback === null) return;
    const { strand } = running;
    running.strand = null;
    try {
      if (this.#inTask()) {
        scopeStorage.run(undefined, () => callback(...this.#args));
      } else callback(...this.#args);
    } catch (exception) {
      this.#loop.callExceptionHandler({
        message: `Exception in callback ${this}`,
        exception,
        handle: this,
        ...describeSite("handleTraceback", this.site),
      });
    } finally {
      running.strand = strand;
    }
  }

  /** Whether the context is still that of a task; a frame was stripped. */
  #inTask(): boolean {
    return (this.#context !== undefined || this.#fire !== null) &&
      scopeStorage.getStore() !== undefined;
  }

  /** Describes the handle, as in reports of the exception handler. */
  toString(): string {
    const name = this.#callback?.name || "anonymous";
    return this.#callback === null ? "<Handle cancelled>" : `<Handle ${name}>`;
  }
}

/** A handle that joins the ready queue at a point in time. */
export class TimerHandle extends Handle {
  #timer: Timer | null = null;
  readonly #when: number;

  /** Creates the handle; `loop.callLater()` and `loop.callAt()` do. */
  constructor(
    loop: BaseEventLoop,
    when: number,
    callback: Callback,
    args: readonly unknown[],
  ) {
    super(loop, callback, args);
    this.#when = when;
  }

  /**
   * Remembers the timer that carries the handle.
   *
   * @ignore
   */
  carriedBy(timer: Timer): void {
    this.#timer = timer;
  }

  /** Cancels the call; the loop lets go of the callback at once. */
  override cancel(): void {
    super.cancel();
    this.#timer?.cancel();
  }

  /**
   * Returns when the callback is due.
   *
   * @returns Seconds on the clock of `loop.time()`.
   */
  when(): number {
    return this.#when;
  }

  /** Describes the handle, such as `<TimerHandle when=1.5 callback>`. */
  override toString(): string {
    const name = this.callback?.name || "anonymous";
    const state = this.callback === null ? "cancelled" : name;
    return `<TimerHandle when=${this.#when} ${state}>`;
  }
}
