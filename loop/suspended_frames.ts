import { framesOfUser, linesOfStack, noteStack } from "./creation_site.ts";

/** The most frames that are asked for, two for each generator of a chain. */
const DEPTH = 100;

/** How many are asked for again if they did not reach to the end. */
const GROWTH = 4;

/** As many as the last answer took: tasks of a kind stand equally deep. */
let likelyDepth = 3;

/** A wait in a generator that answers questions: see `suspendedFrames`. */
export interface ProbedWait {
  /** Tells it from the iterator results of other generators. */
  readonly answersProbes: true;
}

/** What asks a suspended generator where it stands. */
export const probe: {
  /** Whether the step that is being made is no step but a question. */
  asking: boolean;
  /** How many frames are wanted. */
  depth: number;
  /** The lines of the stack outside the innermost wait. */
  lines: string[];
} = { asking: false, depth: 0, lines: [] };

/** The innermost wait was reached: notes the stack, and goes on waiting. */
export function answerProbe<R extends Iterator<unknown>>(suspension: R): R {
  // Ours would be left out in the end: they are not even written down.
  probe.lines = linesOfStack(noteStack(probe.depth, suspension.next));
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
  for (let depth = likelyDepth;; depth = Math.min(depth * GROWTH, DEPTH)) {
    const lines = askSuspended(steps, depth);
    // An iterator of the user's has not handed the question on.
    if (lines.length === 0) return [];
    // From here on it is the stack of whoever asks.
    const end = lines.findIndex((line) => line.startsWith(END));
    if (end < 0 && depth < DEPTH) continue;
    likelyDepth = end < 0 ? DEPTH : end;
    return framesOfUser(end < 0 ? lines : lines.slice(0, end));
  }
}

/** Returns the lines of the frames from the innermost wait, with a heading. */
function askSuspended(steps: Iterator<unknown>, depth: number): string[] {
  probe.asking = true;
  probe.depth = depth;
  try {
    steps.next();
    return probe.lines;
  } finally {
    probe.asking = false;
    probe.lines = [];
  }
}

/** How the line of the frame begins that is outside all generators. */
const END = `    at ${askSuspended.name} (`;
