/** Frames looked at, ours included: V8 keeps ten by default. */
const DEPTH = 24;

/** Frames of the user's that are shown: more would hide the first. */
const SHOWN = 10;

/** Sites that are noted whatever it costs ... */
const ALWAYS_SAMPLED = 10_000;

/** ... and one in how many is afterwards: a stack takes a microsecond. */
const SAMPLED_ONE_IN = 64;

let sampled = 0;

/** Where the modules of the package lie; their frames are left out. */
const PACKAGE = new URL("../", import.meta.url).href;

/** Folders of the package whose code is a user's: tests and programs. */
const USERS = /^(tests|examples|bench)\//;

/**
 * Where something was made, for reports in debug mode. Frames are kept as V8
 * has them; to format them is dear and done only when somebody reads them.
 */
export class CreationSite {
  /**
   * Notes where the running code was called from, unless there are very many
   * such places by now: then for one in some.
   */
  static sample(): CreationSite | null {
    sampled++;
    const noted = sampled <= ALWAYS_SAMPLED || sampled % SAMPLED_ONE_IN === 0;
    return noted ? new CreationSite() : null;
  }

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
