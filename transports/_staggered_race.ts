import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import type { Future } from "../loop/futures.ts";
import type { TimerHandle } from "../loop/handles.ts";
import { currentLoop } from "../loop/running.ts";
import type { Task } from "../loop/tasks.ts";

/** How a race ended. */
export interface RaceResult<T> {
  /** What the first attempt that succeeded has made. */
  readonly winner: { readonly value: T } | null;
  /** What the others failed with, in the order in which they were started. */
  readonly errors: readonly unknown[];
}

/**
 * Makes attempts until one succeeds. The next one starts when the one before
 * fails or, if there is a delay, when so many seconds have passed. The winner
 * cancels the others; all have ended when this returns. If the wait is
 * cancelled, so are the attempts.
 *
 * @param discard Takes what a second winner has made.
 */
export function* staggeredRace<T>(
  attempts: readonly (() => CoroutineGenerator<T>)[],
  delay: number | null,
  discard: (value: T) => void,
): CoroutineGenerator<RaceResult<T>> {
  const race = new Race(currentLoop(), attempts, delay, discard);
  return yield* race.run();
}

class Race<T> {
  readonly #loop: BaseEventLoop;
  readonly #attempts: readonly (() => CoroutineGenerator<T>)[];
  readonly #delay: number | null;
  readonly #discard: (value: T) => void;
  readonly #running = new Set<Task<T>>();
  readonly #errors: unknown[] = [];
  #winner: { readonly value: T } | null = null;
  #next = 0;
  #timer: TimerHandle | null = null;
  #over = false;
  #ended: Future<void>;

  constructor(
    loop: BaseEventLoop,
    attempts: readonly (() => CoroutineGenerator<T>)[],
    delay: number | null,
    discard: (value: T) => void,
  ) {
    this.#loop = loop;
    this.#attempts = attempts;
    this.#delay = delay;
    this.#discard = discard;
    this.#ended = loop.createFuture<void>();
  }

  *run(): CoroutineGenerator<RaceResult<T>> {
    this.#start();
    try {
      yield* this.#ended;
    } catch (error) {
      this.#stop();
      yield* this.#untilEnded();
      if (this.#winner !== null) this.#discard(this.#winner.value);
      throw error;
    }
    return { winner: this.#winner, errors: this.#errors };
  }

  /** Waits for the attempts that were cancelled, however often it is asked. */
  *#untilEnded(): CoroutineGenerator<void> {
    while (this.#running.size > 0) {
      this.#ended = this.#loop.createFuture<void>();
      try {
        yield* this.#ended;
      } catch {
        this.#stop();
      }
    }
  }

  #start(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const attempt = this.#attempts[this.#next];
    if (this.#over || attempt === undefined) return this.#endIfIdle();
    const place = this.#next++;
    const task = this.#loop.createTask<T>(attempt());
    this.#running.add(task);
    task.addDoneCallback(() => this.#done(task, place));
    if (this.#delay !== null && this.#next < this.#attempts.length) {
      this.#timer = this.#loop.callLater(this.#delay, () => this.#start());
    }
  }

  #done(task: Task<T>, place: number): void {
    this.#running.delete(task);
    if (task.cancelled()) return this.#endIfIdle();
    const error = task.exception();
    if (error !== null) {
      this.#errors[place] = error;
      if (place === this.#next - 1) this.#start();
      return this.#endIfIdle();
    }
    const value = task.result();
    if (this.#winner === null) this.#winner = { value };
    else this.#discard(value);
    this.#stop();
    this.#endIfIdle();
  }

  #stop(): void {
    this.#over = true;
    this.#timer?.cancel();
    this.#timer = null;
    for (const task of this.#running) task.cancel();
  }

  #endIfIdle(): void {
    if (this.#running.size > 0 || this.#timer !== null) return;
    if (!this.#ended.done()) this.#ended.setResult();
  }
}
