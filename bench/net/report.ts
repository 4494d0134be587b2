import {
  formatRatio,
  formatVerdict,
  judgeRatio,
  type Verdict,
  verdictsOn,
} from "../budgets.ts";
import { median, pairedRatio } from "../statistics.ts";
import { formatFigure, formatTable } from "../table.ts";
import type { NetResult, Sample } from "./work.ts";

/** Returns the medians of a subject. */
export function netFiguresOf(
  { samples }: NetResult,
): { messagesPerSecond: number; cpuMicroseconds: number } {
  return {
    messagesPerSecond: median(samples.map(rate)),
    cpuMicroseconds: median(samples.map(cpu)),
  };
}

/** Holds subjects to their budgets, by CPU time: the machine may be shared. */
export function judgeNet(results: readonly NetResult[]): Verdict[] {
  return results.flatMap((result) => {
    const base = baseOf(results, result);
    if (result.budget === null) return [];
    const budget = { versus: base.subject, ratio: result.budget };
    const verdicts = judgeRatio(result, budget, cpuRatio(result, base));
    return verdicts.map((verdict) => ({
      ...verdict,
      measured: `${verdict.measured} (CPU)`,
    }));
  });
}

/** Writes the table of all works. */
export function formatNet(
  results: readonly NetResult[],
  verdicts: readonly Verdict[],
): string {
  const rows = results.map((result) => {
    const base = baseOf(results, result);
    const { messagesPerSecond, cpuMicroseconds } = netFiguresOf(result);
    return [
      result.work,
      result.subject,
      messagesPerSecond.toFixed(0),
      formatFigure(cpuMicroseconds),
      ...(base === result ? ["", ""] : [
        formatRatio(
          pairedRatio(result.samples.map(rate), base.samples.map(rate)),
        ),
        formatRatio(cpuRatio(result, base)),
      ]),
      formatVerdict(verdictsOn(verdicts, result)),
    ];
  });
  return formatTable([
    "work",
    "subject",
    "messages/s",
    "CPU us",
    "x base",
    "x base (CPU)",
    "budget",
  ], rows);
}

function rate({ messages, seconds }: Sample): number {
  return messages / seconds;
}

function cpu({ messages, cpuSeconds }: Sample): number {
  return cpuSeconds / messages * 1e6;
}

/** More is better: how many messages the base's CPU time for one is worth. */
function cpuRatio(result: NetResult, base: NetResult): number {
  return pairedRatio(base.samples.map(cpu), result.samples.map(cpu));
}

function baseOf(results: readonly NetResult[], { work }: NetResult): NetResult {
  return results.find((result) => result.work === work)!;
}
