/** Frames looked at, ours included: V8 keeps ten by default. */
const DEPTH = 24;

/** Frames of the user's that are shown: more would hide the first. */
const SHOWN = 10;

/** Where the modules of the package lie; their frames are left out. */
const PACKAGE = new URL("../", import.meta.url).href;

/** Folders of the package whose code is a user's: tests and programs. */
const USERS = /^(tests|examples|bench)\//;

/**
 * Where something was made, for reports in debug mode. Frames are kept as V8
 * has them; to format them is dear and done only when somebody reads them.
 */
export class CreationSite {
  readonly #error: Error;

  /** Notes where the running code was called from. */
  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = DEPTH;
    this.#error = new Error();
    Error.stackTraceLimit = limit;
  }

  /** Returns the user's frames, innermost first, a line each. */
  toString(): string {
    const lines = (this.#error.stack ?? "").split("\n");
    return lines.filter(isUsers).slice(0, SHOWN).join("\n");
  }
}

function isUsers(line: string): boolean {
  if (!line.startsWith("    at ") || line.includes("(ext:")) return false;
  const start = line.indexOf(PACKAGE);
  return start < 0 || USERS.test(line.slice(start + PACKAGE.length));
}
