import type { Verdict } from "./budgets.ts";
import type { Machine } from "./machine.ts";
import type { MicroResult } from "./micro/suite.ts";
import { idOf } from "./micro/work.ts";
import { netFiguresOf } from "./net/report.ts";
import type { NetResult } from "./net/work.ts";
import { median } from "./statistics.ts";
import { figuresOf } from "./tcp/figures.ts";
import type { EchoResult, Missing } from "./tcp/matrix.ts";

/** Everything a run has found out. */
export interface Findings {
  readonly machine: Machine;
  readonly options: {
    readonly quick: boolean;
    readonly seconds: number;
    readonly rounds: number;
  };
  readonly works: readonly MicroResult[];
  readonly echoes: readonly EchoResult[];
  readonly nets: readonly NetResult[];
  readonly missing: readonly Missing[];
  readonly loadGenerator: string;
  readonly verdicts: readonly Verdict[];
  /** How long the run took, in seconds. */
  readonly seconds: number;
}

function toJson({ works, echoes, nets, ...rest }: Findings): string {
  const content = {
    ...rest,
    works: works.map(({ work, subject, figures, failure }) => ({
      work: idOf(work),
      subject,
      unit: work.unit,
      median: figures.length === 0 ? null : median(figures),
      figures,
      failure,
    })),
    echoes: echoes.map((result) => ({
      shape: result.shape,
      server: result.server,
      ...figuresOf(result),
      rounds: result.rounds,
    })),
    nets: nets.map((result) => ({ ...result, ...netFiguresOf(result) })),
  };
  return JSON.stringify(content, null, 1) + "\n";
}

/**
 * Writes the findings to a file.
 *
 * @param findings What to write.
 * @param file Where; null puts it among the results of this folder, under its date and label.
 * @param label The name of the run.
 * @returns The path of the file.
 */
export function writeResults(
  findings: Findings,
  file: string | null,
  label: string,
): string {
  const folder = new URL("results/", import.meta.url);
  Deno.mkdirSync(folder, { recursive: true });
  const name = `${findings.machine.date.slice(0, 10)}-${label}.json`;
  const path = file ?? new URL(name, folder).pathname;
  Deno.writeTextFileSync(path, toJson(findings));
  return path;
}
