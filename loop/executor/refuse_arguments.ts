import type { PendingJob } from "./pending_job.ts";

/** Explains why arguments cannot be sent. */
export function refuseArguments(job: PendingJob, cause: unknown): TypeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TypeError(
    `Cannot send arguments of job '${job.name}': ${reason}`,
    { cause },
  );
}
