import { median, pairedRatio } from "../statistics.ts";
import type { LoadResult } from "./load.ts";
import type { EchoResult } from "./matrix.ts";

/** The medians of one server at one shape. */
export interface EchoFigures {
  readonly requestsPerSecond: number;
  readonly mebibytesPerSecond: number;
  /** CPU time of the server per request, in microseconds; NaN where it could not be read. */
  readonly cpuMicroseconds: number;
  /** The part of the window in which the server used its core: below 1 it was waiting, or others took the core. */
  readonly busy: number;
  readonly p50: number;
  readonly p99: number;
}

function rate({ requests, seconds }: LoadResult): number {
  return requests / seconds;
}

function cpu({ cpuSeconds, requests }: LoadResult): number {
  return cpuSeconds < 0 ? NaN : cpuSeconds / requests * 1e6;
}

/** Takes the medians of all rounds. */
export function figuresOf({ rounds, shape }: EchoResult): EchoFigures {
  const requestsPerSecond = median(rounds.map(rate));
  return {
    requestsPerSecond,
    mebibytesPerSecond: requestsPerSecond * shape.bytes / 2 ** 20,
    cpuMicroseconds: median(rounds.map(cpu)),
    busy: median(
      rounds.map(({ cpuSeconds, seconds }) =>
        cpuSeconds < 0 ? NaN : cpuSeconds / seconds
      ),
    ),
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
  };
}

/** How many times the requests per second of `other` a server serves, round by round. */
export function rateRatio(result: EchoResult, other: EchoResult): number {
  return pairedRatio(result.rounds.map(rate), other.rounds.map(rate));
}

/** How many requests a server serves with the CPU time that `other` needs for one. */
export function cpuRatio(result: EchoResult, other: EchoResult): number {
  return pairedRatio(other.rounds.map(cpu), result.rounds.map(cpu));
}
