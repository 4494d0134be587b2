import type { ErrorClass, ErrorClasses } from "./error_codec.ts";
import type { PoolLimits } from "./job_pool.ts";

/** What the executors of this package have in common. */
export interface PoolOptions {
  /** How many jobs run at once, by default one per processor. */
  maxWorkers?: number;
  /** How many jobs may wait for a worker at most, by default 10 000. */
  maxQueue?: number;
  /** Classes of errors that are to come back as such, beside the known ones. */
  errors?: readonly ErrorClass[];
}

/** The default of the option `maxQueue`. */
const MAXIMUM_QUEUE = 10_000;

/** Where the number of processors is not told. */
const FEW_WORKERS = 4;

/**
 * Completes options.
 *
 * @throws {RangeError} If a number is not possible.
 */
export function readLimits(options: PoolOptions): PoolLimits {
  const {
    maxWorkers = navigator.hardwareConcurrency || FEW_WORKERS,
    maxQueue = MAXIMUM_QUEUE,
  } = options;
  checkCount("maxWorkers", maxWorkers, 1);
  checkCount("maxQueue", maxQueue, 0);
  return { maxWorkers, maxQueue };
}

/** Lists classes by their name. */
export function classesByName(options: PoolOptions): ErrorClasses {
  const classes: Record<string, ErrorClass> = {};
  for (const errorClass of options.errors ?? []) {
    classes[errorClass.name] = errorClass;
  }
  return classes;
}

/** Returns a module as it is sent. */
export function moduleHref(module: string | URL | null): string | null {
  return module === null ? null : new URL(module).href;
}

function checkCount(name: string, value: unknown, least: number): void {
  if (value === Infinity) return;
  if (Number.isInteger(value) && value as number >= least) return;
  throw new RangeError(
    `Cannot create executor: ${name} must be an integer of at least ${least}` +
      `, received ${value}`,
  );
}
