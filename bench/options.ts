import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Options {
  /** Short windows and one round. */
  readonly quick: boolean;
  /** Runs only what matches, e.g. `micro/queue` or `tcp/1KiB`. */
  readonly only: RegExp;
  /** Among those, only these subjects and servers; what they are compared with always runs. */
  readonly subjects: RegExp;
  /** Length of one measured window, in seconds. */
  readonly seconds: number;
  /** How often everything is measured; medians are reported. */
  readonly rounds: number;
  /** Where the results go; null picks bench/results/<date>-<label>.json. */
  readonly json: string | null;
  /** Name of this run in the file name. */
  readonly label: string;
  /** The CPython to compare with; null looks for one. */
  readonly python: string | null;
}

const HELP = `Usage: deno task bench [options]

Measures the package against the platform, npm packages and CPython, on loopback only.

  --quick             short windows, one round: about a minute and a half
  --only PATTERN      run only what matches this regular expression, e.g. micro/queue, tcp/1KiB, streams
  --subjects PATTERN  among those, only these subjects or servers (and what they are compared with)
  --seconds S         length of one measured window (default 0.7, quick 0.2; micro benches use a quarter of it)
  --rounds N          rounds, interleaved; medians are reported (default 3, quick 1)
  --json FILE         where the results go (default bench/results/<date>-<label>.json)
  --label NAME        name of the run (default full, quick, or partial with --only)
  --python COMMAND    the CPython to compare with (default: the newest of python3.14 ... python3)
  --list              print what can be run
  --help              print this
`;

/** Ends the process: 0 after printing what was asked for, 2 after one line on what is wrong. */
function exit(code: 0 | 2, text: string): never {
  if (code === 0) console.log(text.trimEnd());
  else console.error(`${text}\nTry: deno task bench --help`);
  Deno.exit(code);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) {
    exit(2, `Cannot use --${name} "${text}": not a positive number`);
  }
  return value;
}

function pattern(name: string, text: string | undefined): RegExp {
  try {
    return new RegExp(text ?? "", "i");
  } catch {
    exit(2, `Cannot use --${name} "${text}": not a regular expression`);
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        subjects: { type: "string" },
        seconds: { type: "string" },
        rounds: { type: "string" },
        json: { type: "string" },
        label: { type: "string" },
        python: { type: "string" },
        list: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    exit(2, (error as Error).message);
  }
}

/**
 * Reads the command line. Ends the process for `--help`, `--list` and mistakes.
 *
 * @param args The arguments.
 * @param names Everything that can be run, for `--list` and to refuse a pattern that matches nothing.
 * @returns What to run.
 */
export function parseOptions(
  args: string[],
  names: readonly string[],
): Options {
  const values = parse(args);
  if (values.help) exit(0, HELP);
  if (values.list) exit(0, names.join("\n"));
  const only = pattern("only", values.only);
  if (!names.some((name) => only.test(name))) {
    exit(2, `Cannot run "${values.only}": nothing has such a name, see --list`);
  }
  return {
    quick: values.quick,
    only,
    subjects: pattern("subjects", values.subjects),
    seconds: positive(
      "seconds",
      values.seconds ?? (values.quick ? "0.2" : "0.7"),
    ),
    rounds: Math.ceil(
      positive("rounds", values.rounds ?? (values.quick ? "1" : "3")),
    ),
    json: values.json ?? null,
    label: values.label ??
      (values.only || values.subjects
        ? "partial"
        : values.quick
        ? "quick"
        : "full"),
    python: values.python ?? null,
  };
}
