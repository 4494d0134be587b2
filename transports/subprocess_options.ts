import { describeValue } from "../loop/inspect.ts";
import { DEVNULL, PIPE, type Stdio, STDOUT } from "./subprocess_stdio.ts";

/**
 * How a child process is started. The streams are joined to pipes by default if
 * a loop starts it, and to those of this process if `createSubprocessExec()` or
 * `createSubprocessShell()` does.
 *
 * @typeParam Stdin The type of the option `stdin`.
 * @typeParam Stdout The type of the option `stdout`.
 * @typeParam Stderr The type of the option `stderr`.
 */
export interface SubprocessOptions<
  Stdin extends Stdio = Stdio,
  Stdout extends Stdio = Stdio,
  Stderr extends Stdio = Stdio,
> {
  /** What the standard input comes from. */
  stdin?: Stdin;
  /** Where the standard output goes. */
  stdout?: Stdout;
  /** Where the standard error goes. */
  stderr?: Stderr;
  /** The folder it runs in, by default that of this process. */
  cwd?: string | URL;
  /** Variables of its environment, beside those of this process. */
  env?: Record<string, string>;
  /** Whether its environment has only the variables of `env`. */
  clearEnv?: boolean;
  /** The number of the user it runs as. Not on Windows. */
  uid?: number;
  /** The number of the group of users it runs as. Not on Windows. */
  gid?: number;
  /**
   * Whether it leads a session and a group of processes of its own, as Python's
   * `start_new_session`. Signals then reach the whole group: the child and the
   * processes that it started.
   */
  detached?: boolean;
}

/** A program, what it is told, and how it is started. */
export type ProgramArguments =
  | readonly string[]
  | readonly [...args: string[], options: SubprocessOptions];

/** What an option may be. */
interface Rule {
  /** The words for it. */
  readonly expected: string;
  /** Tells whether a value is of the right type. */
  accepts(value: unknown): boolean;
}

const STDIO: Rule = {
  expected: "PIPE, DEVNULL, a file descriptor or null",
  accepts: (value) => value === null || Number.isInteger(value),
};

const FLAG: Rule = {
  expected: "a boolean",
  accepts: (value) => typeof value === "boolean",
};

const NUMBER: Rule = {
  expected: "a number that is not negative",
  accepts: (value) => Number.isInteger(value) && value as number >= 0,
};

const RULES: Readonly<Record<keyof SubprocessOptions, Rule>> = {
  stdin: STDIO,
  stdout: STDIO,
  stderr: { ...STDIO, expected: STDIO.expected.replace(",", ", STDOUT,") },
  cwd: {
    expected: "a path or a URL",
    accepts: (value) => typeof value === "string" || value instanceof URL,
  },
  env: {
    expected: "an object of strings",
    accepts: (value) =>
      typeof value === "object" && value !== null &&
      Object.values(value).every((each) => typeof each === "string"),
  },
  clearEnv: FLAG,
  uid: NUMBER,
  gid: NUMBER,
  detached: FLAG,
};

/** The constants that a stream can be joined to. */
const CONSTANTS: Readonly<Record<string, readonly number[]>> = {
  stdin: [PIPE, DEVNULL],
  stdout: [PIPE, DEVNULL],
  stderr: [PIPE, DEVNULL, STDOUT],
};

/**
 * Checks how a child process is to be started.
 *
 * @throws {TypeError} If there is no such option, or its value is of the wrong
 * type.
 * @throws {RangeError} If a stream cannot be joined to what is asked for.
 */
export function checkOptions(options: SubprocessOptions): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!Object.hasOwn(RULES, name)) {
      throw new TypeError(
        `Cannot start process: there is no option "${name}"`,
      );
    }
    const { accepts, expected } = RULES[name as keyof SubprocessOptions];
    if (value === undefined) continue;
    if (!accepts(value)) throw wrongType(name, expected, value);
    const constants = CONSTANTS[name];
    if (constants === undefined || value === null) continue;
    const number = value as number;
    if (number >= 0 || constants.includes(number)) continue;
    throw new RangeError(
      `Cannot start process: ${name} must be ${expected}, received ${number}`,
    );
  }
}

/**
 * Takes the options off the end of the arguments of a program.
 *
 * @throws {TypeError} If the program or one of the arguments is not a string.
 */
export function splitArguments(
  program: string | URL,
  list: ProgramArguments,
): [args: string[], options: SubprocessOptions] {
  const args: unknown[] = [...list];
  const options = isOptions(args.at(-1)) ? args.pop() : {};
  if (typeof program !== "string" && !(program instanceof URL)) {
    throw wrongType("program", "a string or a URL", program);
  }
  for (const [index, value] of args.entries()) {
    if (typeof value === "string") continue;
    throw wrongType(`argument ${index + 1}`, "a string", value);
  }
  return [args as string[], options as SubprocessOptions];
}

function isOptions(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    !Array.isArray(value) && !(value instanceof URL);
}

/** Makes the error of a value of the wrong type. */
export function wrongType(
  name: string,
  expected: string,
  value: unknown,
): TypeError {
  return new TypeError(
    `Cannot start process: ${name} must be ${expected}, ` +
      `received ${describeValue(value)}`,
  );
}
