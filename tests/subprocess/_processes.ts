import { assert, assertEquals } from "@std/assert";

const decoder = new TextDecoder();
let marks = 0;

/** Numbers of one length: none is the beginning of another. */
const PID_DIGITS = 7;
const MARK_DIGITS = 4;

/** Whether processes can be looked at; elsewhere such checks are left out. */
export const HAS_PROC = Deno.build.os === "linux";

/** Returns bytes as text. */
export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A process as the system knows it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** "Z" for one that has ended and was not waited for. */
  readonly state: string;
  /** How it was started, empty for one that has ended. */
  readonly command: string;
}

/** Looks a process up; `null` if there is none of that number. */
export function lookUp(pid: number): ProcessEntry | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`);
    return { pid, parent: Number(parent), state: state!, command };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    // It ended between opening and reading: Deno has no class for that error.
    if (/No such process/.test((error as Error).message)) return null;
    throw error;
  }
}

/** Lists the processes that there are. */
export function* processes(): Generator<ProcessEntry> {
  for (const { name } of Deno.readDirSync("/proc")) {
    const entry = /^\d+$/.test(name) ? lookUp(Number(name)) : null;
    if (entry !== null) yield entry;
  }
}

/** Tells whether a process is there and has not ended. */
export function isRunning(pid: number): boolean {
  const entry = lookUp(pid);
  return entry !== null && entry.state !== "Z";
}

/** Lists the pipes that this process holds an end of. */
export function openPipes(): string[] {
  const pipes: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const target = Deno.readLinkSync(`/proc/self/fd/${name}`);
      if (target.startsWith("pipe:")) pipes.push(`${name} ${target}`);
    } catch {
      // It is the descriptor that the folder was read through.
    }
  }
  return pipes.sort();
}

/**
 * Makes a number of seconds that is like no other, and part of no other, for
 * `sleep`: a process that was told it can be found again.
 */
export function uniqueSeconds(): string {
  const pid = String(Deno.pid).padStart(PID_DIGITS, "0");
  return `60.${pid}${String(++marks).padStart(MARK_DIGITS, "0")}`;
}

/** Returns the processes that were started with an argument. */
export function findByArgument(argument: string): ProcessEntry[] {
  return [...processes()].filter(({ command }) =>
    command.split("\0").some((part) => part.includes(argument))
  );
}

/**
 * Checks that `body` leaves nothing behind: no process that waits to be waited
 * for, and no end of a pipe.
 */
export async function leavesNothing(body: () => Promise<void>): Promise<void> {
  if (!HAS_PROC) return await body();
  const before = openPipes();
  await body();
  const zombies = [...processes()].filter(({ parent, state }) =>
    parent === Deno.pid && state === "Z"
  );
  assertEquals(zombies, []);
  const left = openPipes().filter((pipe) => !before.includes(pipe));
  assertEquals(left, []);
}

/** Checks that nobody is left who was started with an argument. */
export function assertGone(argument: string): void {
  if (!HAS_PROC) return;
  const left = findByArgument(argument);
  assert(left.length === 0, `left over: ${JSON.stringify(left)}`);
}

/**
 * Waits until nobody is left who was started with an argument: what is not a
 * child of ours is killed, but not waited for.
 */
export async function untilGone(argument: string): Promise<void> {
  while (HAS_PROC && findByArgument(argument).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
