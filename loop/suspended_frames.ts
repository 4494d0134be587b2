import { framesOfUser, linesOfStack } from "./creation_site.ts";

/** Frames that are asked for: a chain of generators may be long. */
const DEPTH = 100;

/** A wait in a generator that answers questions: see `suspendedFrames`. */
export interface ProbedWait {
  /** Tells it from the iterator results of other generators. */
  readonly answersProbes: true;
}

/** What asks a suspended generator where it stands. */
export const probe: {
  /** Whether the step that is being made is no step but a question. */
  asking: boolean;
  /** The lines of the stack inside the innermost wait. */
  lines: string[];
} = { asking: false, lines: [] };

/** The innermost wait was reached: notes the stack, and goes on waiting. */
export function answerProbe<R>(suspension: R): R {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  probe.lines = linesOfStack(new Error());
  Error.stackTraceLimit = limit;
  return suspension;
}

/**
 * Tells where a generator is suspended, innermost first: a line for each
 * function of the user's, such as "worker (file:///.../main.ts:12:5)".
 *
 * V8 keeps no such list. But `yield*` hands every step through all generators
 * to the innermost iterator, so one that the wait answers with itself passes
 * them all, runs no code of theirs, and leaves everything as it was. Only for
 * a generator that is suspended in a `yield*` of a future that is pending.
 */
export function suspendedFrames(steps: Iterator<unknown>): string[] {
  probe.asking = true;
  try {
    steps.next();
    const { lines } = probe;
    // From here on it is the stack of whoever asks.
    const end = lines.findIndex((line) => line.includes(suspendedFrames.name));
    return framesOfUser(end < 0 ? lines : lines.slice(0, end));
  } finally {
    probe.asking = false;
    probe.lines = [];
  }
}
