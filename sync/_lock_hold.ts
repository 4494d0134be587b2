import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { describeSampled, SiteSampler } from "../loop/creation_site.ts";
import type { Held, Unclosed } from "../loop/unclosed.ts";
import { log } from "../loop/log.ts";
import { currentScope, runningLoop } from "../loop/running.ts";

/** Locks may be taken very often; tasks and futures are noted more closely. */
const sampler = new SiteSampler(1000, 1024);

/** Who has held a lock since when, on a loop in debug mode. */
export class LockHold implements Held {
  /** Notes that the running code took a lock. */
  static begin(lock: object): LockHold | null {
    const task = currentScope()?.task ?? null;
    const loop = task?.loop ?? runningLoop();
    const unclosed = loop?.unclosed ?? null;
    return unclosed && new LockHold(loop!, unclosed, lock, task);
  }

  over = false;
  readonly #loop: BaseEventLoop;
  readonly #unclosed: Unclosed;
  readonly #lock: object;
  readonly #since: number;
  #holder: object | null;
  readonly #site = sampler.sample();
  #reported = false;

  private constructor(
    loop: BaseEventLoop,
    unclosed: Unclosed,
    lock: object,
    holder: object | null,
  ) {
    this.#loop = loop;
    this.#unclosed = unclosed;
    this.#lock = lock;
    this.#holder = holder;
    this.#since = unclosed.time;
    unclosed.hold(this);
  }

  /** The lock is released. */
  end(): void {
    this.review();
    this.over = true;
    // Kept for a while, it must not keep others from being collected.
    this.#holder = null;
  }

  /** Reports the hold, once, if it lasts too long. */
  review(): void {
    if (this.over) return;
    const seconds = this.#unclosed.time - this.#since;
    if (this.#reported || seconds < this.#loop.longHoldDuration) return;
    this.#reported = true;
    log(
      "warning",
      `${this.#lock} held for ${seconds.toFixed(3)} seconds by ` +
        `${this.#holder ?? "code outside any task"}\n` +
        "Lock acquired at (most recent call first):\n" +
        describeSampled(this.#site),
      { lock: this.#lock, holder: this.#holder, seconds, site: this.#site },
    );
  }
}
