import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { CreationSite, describeSampled } from "../loop/creation_site.ts";
import { log } from "../loop/log.ts";
import { currentScope, runningLoop } from "../loop/running.ts";

/** Who has held a lock since when, on a loop in debug mode. */
export class LockHold {
  /** Notes that the running code took a lock. */
  static begin(lock: object): LockHold | null {
    const loop = runningLoop();
    return loop?.getDebug() ? new LockHold(loop, lock) : null;
  }

  readonly #loop: BaseEventLoop;
  readonly #lock: object;
  readonly #since: number;
  readonly #holder: object | null = currentScope()?.task ?? null;
  readonly #site = CreationSite.sample();
  #reported = false;

  private constructor(loop: BaseEventLoop, lock: object) {
    this.#loop = loop;
    this.#lock = lock;
    this.#since = loop.time();
    loop.unclosed?.holds.add(this);
  }

  /** The lock is released. */
  end(): void {
    this.#loop.unclosed?.holds.delete(this);
    this.review();
  }

  /** Reports the hold, once, if it lasts too long. */
  review(): void {
    const seconds = this.#loop.time() - this.#since;
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
