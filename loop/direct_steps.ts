import type { CancelledError } from "./errors.ts";
import type { NativeWait } from "./native_wait.ts";
import type { Interruption } from "./waits.ts";

/** Returned by what cannot be done without waiting. */
export const WAIT: unique symbol = Symbol("wait");

/** Native code that waits, whatever it waits for. */
export type AnyNativeWait = NativeWait<unknown, unknown, unknown>;

/**
 * The other side of the steps of an operation of the library's that serves
 * both coroutine styles: a generator goes through the steps, native code begins
 * them directly and stands in a {@linkcode NativeWait}. One object serves one
 * wait.
 */
export interface DirectSteps {
  /** Whether native code outside any task can begin them. */
  readonly alone: boolean;
  /** Does for native code what can be done without waiting, or `WAIT`. */
  attempt(): unknown;
  /** Goes on after such an attempt: parks the wait, or starts a strand. */
  begin(wait: AnyNativeWait): void;
}

/** Steps that native code can stand in without a strand. */
export interface WaitingSteps {
  /**
   * Goes on in the handle of a parked wait: resumes it, or parks it again. An
   * error that is due to the task takes the place of anything but a
   * CancelledError.
   */
  conclude(wait: AnyNativeWait, due: CancelledError | null): void;
  /** Describes what a parked wait waits for. */
  describe(): string;
  /** Cancels what a parked wait waits for, if there still is something. */
  interrupt(wait: AnyNativeWait, message: string | undefined): Interruption;
  /** Stops waiting for a future that cannot be cancelled: it waits for us. */
  breakOff?(wait: AnyNativeWait, message: string | undefined): void;
}
