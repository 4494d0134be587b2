/** Frames looked at, ours included: V8 keeps ten by default. */
const DEPTH = 24;

/** Frames of the user's that are shown: more would hide the first. */
const SHOWN = 10;

/** Where the modules of the package lie; their frames are left out. */
const PACKAGE = new URL("../", import.meta.url).href;

/** Files of the package whose code is a user's: programs, tests, doc tests. */
const USERS = /^(tests|examples|bench|docs)\/|^[^:]*[#$]\d+-\d+\.ts:/;

/**
 * Where something was made, for reports in debug mode. Frames are kept as V8
 * has them; to format them is dear and done only when somebody reads them.
 */
export class CreationSite {
  readonly #error: Error;

  /** Notes where the running code was called from. */
  constructor() {
    this.#error = noteStack(DEPTH);
  }

  /** Returns the user's frames, innermost first, a line each. */
  toString(): string {
    const lines = linesOfStack(this.#error);
    return lines.filter(isUsers).slice(0, SHOWN).join("\n");
  }
}

/**
 * Notes so many frames of the stack: of the caller, or outside `inner`, which
 * is running.
 */
export function noteStack(depth: number, inner?: () => unknown): Error {
  const limit = Error.stackTraceLimit;
  // The frame of this function comes on top.
  Error.stackTraceLimit = inner === undefined ? depth + 1 : depth;
  const error = new Error();
  if (inner !== undefined) Error.captureStackTrace(error, inner);
  Error.stackTraceLimit = limit;
  return error;
}

/** Returns the lines of an error's stack, whoever formats stacks otherwise. */
export function linesOfStack(error: Error): string[] {
  const formatter = Error as { prepareStackTrace?: unknown };
  const { prepareStackTrace } = formatter;
  formatter.prepareStackTrace = undefined;
  const stack = String(error.stack ?? "");
  formatter.prepareStackTrace = prepareStackTrace;
  return stack.split("\n");
}

/** Returns the lines of a stack that are the user's, without "at". */
export function framesOfUser(lines: readonly string[]): string[] {
  return lines.filter(isUsers)
    .map((line) => line.replace(/^ *at (async )?/, ""));
}

function isUsers(line: string): boolean {
  if (!line.startsWith("    at ") || line.includes("(ext:")) return false;
  const start = line.indexOf(PACKAGE);
  if (line.includes("(<anonymous>)")) return false;
  return start < 0 || USERS.test(line.slice(start + PACKAGE.length));
}

/** Describes a place that was sampled, or says that it was not. */
export function describeSampled(site: CreationSite | null): string {
  return site === null
    ? "    (one of many: its place was not recorded)"
    : String(site);
}

/**
 * Notes the places of a kind of object that may be made very often: all at
 * first, then those of one in some, for a stack takes two microseconds.
 */
export class SiteSampler {
  readonly #always: number;
  readonly #oneIn: number;
  #count = 0;

  /** Creates a sampler that notes so many places, then one in some. */
  constructor(always: number, oneIn: number) {
    this.#always = always;
    this.#oneIn = oneIn;
  }

  /** Notes where the running code was called from, or does not. */
  sample(): CreationSite | null {
    const count = ++this.#count;
    const noted = count <= this.#always || count % this.#oneIn === 0;
    return noted ? new CreationSite() : null;
  }
}
