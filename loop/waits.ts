import type { Scope } from "./scope.ts";

/**
 * One of the waits that a task stands in; generators have one, native code
 * may have several (`Promise.all`).
 *
 * The waits of a task are a doubly linked list, so that adding and removing
 * one costs nothing but a few assignments.
 */
export interface Wait {
  /** The region of the task that waits, `null` outside any task. */
  scope: Scope | null;
  /** The neighbours in the task's list. */
  previous: Wait | null;
  /** The neighbours in the task's list. */
  next: Wait | null;
  /** Describes what is waited for, "" if the wait is none itself. */
  describe(): string;
  /** Where the generator that waits stands, innermost first. */
  frames?(): string[];
  /** Where the native code that waits stands, innermost first. */
  askFrames?(): Promise<string[]>;
  /** Cancels what is waited for, if there still is something. */
  interrupt(message: string | undefined): Interruption;
  /** Stops waiting for a future that cannot be cancelled: it waits for us. */
  breakOff?(message: string | undefined): void;
}

/**
 * What became of a request to interrupt a wait:
 * `TAKEN` it was pending and is cancelled now, its step will follow;
 * `SCHEDULED` it is over, only its step has not run yet;
 * `HELD` it is over, and its result must not be lost;
 * `PASSED` it waits for nothing itself: it is running, or runs a native body.
 */
export type Interruption =
  | typeof TAKEN
  | typeof SCHEDULED
  | typeof HELD
  | typeof PASSED;
/** The wait was cancelled. */
export const TAKEN = 3;
/** The wait is over but its step has not run yet. */
export const SCHEDULED = 2;
/** The wait is over, and its result must not be lost. */
export const HELD = 1;
/** The wait waits for nothing itself. */
export const PASSED = 0;

/** The waits of one task, in the order in which they began. */
export class WaitList {
  /**
   * When the last step of the task ended, in whole milliseconds of the host's
   * clock; -1 outside debug mode.
   */
  restsSince = -1;
  #first: Wait | null = null;
  #last: Wait | null = null;

  /** Adds a wait. */
  add(wait: Wait): void {
    const last = this.#last;
    wait.previous = last;
    if (last === null) this.#first = wait;
    else last.next = wait;
    this.#last = wait;
  }

  /** Removes a wait that is in the list. */
  remove(wait: Wait): void {
    const { previous, next } = wait;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    wait.previous = null;
    wait.next = null;
  }

  /** Interrupts the waits within a scope; tells the most that became of it. */
  interrupt(scope: Scope, message: string | undefined): Interruption {
    let outcome: Interruption = PASSED;
    let wait = this.#first;
    while (wait !== null) {
      const { next } = wait;
      if (wait.scope!.within(scope)) {
        const interruption = wait.interrupt(message);
        if (interruption > outcome) outcome = interruption;
      }
      wait = next;
    }
    return outcome;
  }

  /** Describes what is waited for. */
  describe(): string {
    const descriptions: string[] = [];
    for (let wait = this.#first; wait !== null; wait = wait.next) {
      descriptions.push(wait.describe());
    }
    return descriptions.filter((description) => description !== "").join(", ");
  }

  /** Tells where the generators that wait stand, but for one, innermost first. */
  frames(except: Wait | null = null): string[] {
    const frames: string[] = [];
    for (let wait = this.#last; wait !== null; wait = wait.previous) {
      if (wait !== except) frames.push(...wait.frames?.() ?? []);
    }
    return frames;
  }

  /** Tells where the native code that waits stands, innermost first. */
  async askFrames(): Promise<string[]> {
    const answers: Promise<string[]>[] = [];
    for (let wait = this.#last; wait !== null; wait = wait.previous) {
      if (wait.askFrames !== undefined) answers.push(wait.askFrames());
    }
    return (await Promise.all(answers)).flat();
  }

  /** Breaks the waits within a scope off. */
  breakOff(scope: Scope, message: string | undefined): void {
    for (let wait = this.#first; wait !== null; wait = wait.next) {
      if (wait.scope!.within(scope)) wait.breakOff?.(message);
    }
  }
}
