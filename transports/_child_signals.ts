import { isSystemError } from "./_errors.ts";

/** Who signals reach. */
export interface SignalTarget {
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** Whether it leads a group of processes. */
  readonly leader: boolean;
  /** Whether it is running. */
  readonly running: boolean;
  /** Whether somebody is known to be left of the group. */
  readonly held: boolean;
}

/**
 * Sends a signal to a child process, or to the group that it leads. One that
 * has ended is let be: its number may belong to another process by now.
 */
export function sendSignal(
  deno: typeof Deno,
  target: SignalTarget,
  signal: Deno.Signal | number,
): void {
  const { child, leader, running, held } = target;
  if (leader && (running || held) && signalGroup(deno, child.pid, signal)) {
    return;
  }
  if (running) signalChild(child, signal);
}

/**
 * Tells whether the group was sent the signal: that needs the permission to run
 * any program, where starting one needs only the permission to run that one.
 */
function signalGroup(
  deno: typeof Deno,
  pid: number,
  signal: Deno.Signal | number,
): boolean {
  // Asking first, since trying would ask the user.
  const { state } = deno.permissions.querySync({ name: "run" });
  if (state !== "granted") return false;
  try {
    deno.kill(-pid, signal as Deno.Signal);
  } catch (error) {
    if (!(error instanceof deno.errors.NotFound)) throw error;
  }
  return true;
}

function signalChild(
  child: Deno.ChildProcess,
  signal: Deno.Signal | number,
): void {
  try {
    child.kill(signal as Deno.Signal);
  } catch (error) {
    // It has ended, and the loop has not been told yet.
    const { message } = error as Error;
    if (!/already terminated/.test(message) && !hasCode(error, "ESRCH")) {
      throw error;
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return isSystemError(error) && (error as { code?: string }).code === code;
}

/**
 * Returns how a process has ended: its exit code, or the negative number of the
 * signal that ended it.
 */
export function returncodeOf({ code, signal }: Deno.CommandStatus): number {
  return signal === null ? code : FIRST_SIGNAL_CODE - code;
}

/** As shells do, Deno adds it to the number of the signal. */
const FIRST_SIGNAL_CODE = 128;

/**
 * Returns how a process has ended that Deno does not want to tell about: the
 * signal has no name, and the error tells its number.
 */
export function returncodeOfError(error: unknown): number {
  const number = /Invalid signal: (\d+)/.exec(String(error))?.[1];
  return number === undefined ? UNKNOWN_RETURNCODE : -Number(number);
}

/** What asyncio says if somebody else has learnt how the process ended. */
const UNKNOWN_RETURNCODE = 255;
