import { LOOKS_BEFORE_HOP } from "./constants.ts";
import { hop } from "./host.ts";

/** Native code that a loop waits for: a task, or all that is outside tasks. */
export interface Mover {
  /** The epoch in which it moves, -1 while it does not. */
  epoch: number;
}

const resolved = Promise.resolve();

/**
 * The native code that was resumed and has not come to its next wait.
 *
 * Native code cannot be stepped: after a handle resumed an async function the
 * next handle waits until that function stands in a library wait or has ended.
 * It is looked after in every microtask turn; soon a hop through the host is
 * sent as well, and while that is on its way it is enough that the last one to
 * settle tells. When the hop comes back all microtasks are done: who moves even
 * then stands in a foreign promise, and is given up.
 */
export class Movers {
  /** The native code that runs outside any task. */
  readonly outside: Mover = { epoch: -1 };
  readonly #goOn: () => void;
  readonly #noteHost: () => void;
  #moving = 0;
  /** A new epoch gives all movers up. */
  #epoch = 0;
  /** How often somebody looked since the host had its turn. */
  #looks = 0;
  /** A hop is on its way. */
  #hopping = false;
  /** Whoever waits is called by the last to settle, or by the hop. */
  #listening = false;
  /** Movers that let the host have its turn before they go on. */
  #deferred = 0;

  /**
   * Creates an empty set.
   *
   * @param goOn Called after `wait`, mostly when nobody moves any more.
   * @param noteHost Called when the host has had its turn meanwhile.
   */
  constructor(goOn: () => void, noteHost: () => void) {
    this.#goOn = goOn;
    this.#noteHost = noteHost;
  }

  /** Whether native code moves. */
  get any(): boolean {
    return this.#moving > 0;
  }

  /** Tells whether the code of a mover is waited for. */
  has(mover: Mover): boolean {
    return mover.epoch === this.#epoch;
  }

  /** Native code of a mover was resumed. */
  move(mover: Mover): void {
    if (mover.epoch === this.#epoch) return;
    mover.epoch = this.#epoch;
    this.#moving++;
  }

  /** Native code of a mover stands in a library wait, or has ended. */
  settle(mover: Mover): void {
    if (mover.epoch !== this.#epoch) return;
    mover.epoch = -1;
    if (--this.#moving === 0 && this.#listening) this.#schedule();
  }

  /** Lets the host have its turn; then calls back and lets the code wait. */
  defer(mover: Mover, callback: () => void): void {
    this.move(mover);
    this.#deferred++;
    hop(() => {
      this.#deferred--;
      callback();
      this.settle(mover);
    });
  }

  /** Goes on later: when nobody moves any more, or to look again. */
  wait(): void {
    if (!this.#hopping) {
      if (++this.#looks <= LOOKS_BEFORE_HOP) return this.#schedule();
      this.#hop();
    }
    this.#listening = true;
  }

  /** Gives all movers up. */
  giveUp(): void {
    this.#epoch++;
    this.#moving = 0;
    if (this.#listening) this.#schedule();
  }

  /** The host has had its turn, or nothing is left to do. */
  rest(): void {
    this.#looks = 0;
  }

  #schedule(): void {
    this.#listening = false;
    resolved.then(this.#goOn);
  }

  #hop(): void {
    this.#hopping = true;
    hop(() => {
      this.#hopping = false;
      this.#looks = 0;
      if (!this.#listening) return;
      if (this.#deferred > 0) return this.#hop();
      this.#noteHost();
      this.#listening = false;
      this.giveUp();
      this.#goOn();
    });
  }
}
