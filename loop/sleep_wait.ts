import type { BaseEventLoop } from "./base_event_loop.ts";
import { CancelledError } from "./errors.ts";
import { NativeWait } from "./native_wait.ts";
import type { Scope } from "./scope.ts";
import { Timer } from "./timer_queue.ts";
import { type Interruption, SCHEDULED, TAKEN } from "./waits.ts";

/**
 * The wait of native code in `sleep()`.
 *
 * As with a future completed by a timer, the timer is one handle and the
 * wake-up that follows it another.
 */
export class SleepWait<T, F, R> extends NativeWait<T, F, R> {
  readonly #result: T;
  /** Set while the timer has not fired. */
  #timer: Timer | null = null;
  #cancelled: CancelledError | null = null;

  /** Creates the wait; `begin` registers it. */
  constructor(
    loop: BaseEventLoop,
    scope: Scope | null,
    result: T,
    onFulfilled: (value: T) => F | PromiseLike<F>,
    onRejected: (reason: unknown) => R | PromiseLike<R>,
  ) {
    super(loop, scope, onFulfilled, onRejected);
    this.#result = result;
  }

  /** Waits for some seconds, or for one turn if there are none. */
  begin(delay: number): void {
    if (this.refuse()) return;
    if (delay > 0) this.#startTimer(delay);
    else this.loop.scheduler.append(this);
    this.park();
  }

  describe(): string {
    return "sleep";
  }

  interrupt(message: string | undefined): Interruption {
    if (this.#timer === null) return SCHEDULED;
    this.#timer.cancel();
    this.#timer = null;
    this.#cancelled = new CancelledError(message);
    this.loop.enqueue(this);
    return TAKEN;
  }

  protected conclude(due: CancelledError | null): void {
    const error = this.#cancelled ?? due;
    if (error === null) this.resume(false, this.#result);
    else this.resume(true, error);
  }

  #startTimer(delay: number): void {
    const when = this.loop.time() + delay;
    this.#timer = new Timer(when, { run: () => this.#fire() });
    this.loop.scheduler.schedule(this.#timer);
  }

  #fire(): void {
    if (this.#timer === null) return;
    this.#timer = null;
    this.loop.enqueue(this);
  }
}
