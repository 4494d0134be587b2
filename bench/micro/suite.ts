import type { Interpreter } from "../interpreters.ts";
import { DENO_RUN, runJson } from "../processes.ts";
import { idOf, type Work } from "./work.ts";

/** CPython's name among the subjects. */
export const CPYTHON = "cpython";

/** All rounds of one subject at one work. */
export interface MicroResult {
  readonly work: Work;
  readonly subject: string;
  readonly figures: number[];
  /** Why it could not be measured. */
  failure?: string;
}

/** Sizing, loading a package and a million timers take longer than the time asked for. */
const GRACE_SECONDS = 120;

const CHILD = new URL("child.ts", import.meta.url).pathname;
const PYTHON = new URL("../peers/micro.py", import.meta.url).pathname;

/** Returns whether something of this work is compared with the subject, so that it cannot be left out. */
function isCompared(work: Work, subject: string): boolean {
  return subject === work.baseline || subject === CPYTHON ||
    work.budgets.some((budget) =>
      "versus" in budget && budget.versus === subject
    );
}

/** Lists who is measured at what. */
function plan(
  works: readonly Work[],
  subjects: RegExp,
  cpython: Interpreter | null,
): MicroResult[] {
  return works.flatMap((work) => {
    const names = [
      ...Object.keys(work.subjects),
      ...(work.cpython && cpython !== null ? [CPYTHON] : []),
    ];
    if (!names.some((name) => subjects.test(name))) return [];
    return names.filter((name) => subjects.test(name) || isCompared(work, name))
      .map((subject): MicroResult => ({ work, subject, figures: [] }));
  });
}

async function measureOnce(
  result: MicroResult,
  seconds: number,
  cpython: Interpreter | null,
): Promise<void> {
  const { work, subject } = result;
  const [command, args] = subject === CPYTHON
    ? [cpython!.command, [PYTHON, work.name, String(seconds)]]
    : [Deno.execPath(), [
      ...DENO_RUN,
      CHILD,
      idOf(work),
      subject,
      String(seconds),
    ]];
  try {
    const { figure } = await runJson<{ figure: number }>(command, args, {
      seconds: GRACE_SECONDS,
    });
    result.figures.push(figure);
  } catch (error) {
    result.failure = (error as Error).message;
  }
}

/**
 * Measures every subject of the works, each time in a process of its own, round by round.
 *
 * @param works What to measure.
 * @param subjects Which subjects; what they are compared with is measured too.
 * @param cpython The interpreter, or null.
 * @param effort Length of a measurement in seconds, number of rounds, and what to call before each measurement.
 */
export async function measureWorks(
  works: readonly Work[],
  subjects: RegExp,
  cpython: Interpreter | null,
  effort: {
    readonly seconds: number;
    readonly rounds: number;
    progress(text: string): void;
  },
): Promise<MicroResult[]> {
  const results = plan(works, subjects, cpython);
  for (let round = 1; round <= effort.rounds; round++) {
    for (const result of results) {
      if (round > 1 && (result.work.once || result.failure !== undefined)) {
        continue;
      }
      effort.progress(
        `round ${round}/${effort.rounds}  ${
          idOf(result.work)
        }  ${result.subject}`,
      );
      await measureOnce(result, effort.seconds, cpython);
    }
  }
  return results;
}
