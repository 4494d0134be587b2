/**
 * How a web worker serves a pool; sent as text, as `remote_code.ts` is.
 *
 * @module
 */

import type { FromWorker, JobMessage, ToWorker } from "./messages.ts";
import {
  announceDeath,
  encodeError,
  refuseResult,
  RemoteJob,
  runJob,
  transferablesOfResult,
  workFinder,
} from "./remote_code.ts";

/** Runs the jobs that the pool sends. */
export function serveWorker(module: string | null): void {
  const worker = globalThis as unknown as Worker;
  const post = (message: FromWorker, transferables: Transferable[] = []) =>
    worker.postMessage(message, transferables);
  const findWork = workFinder(module);
  let flag: Int32Array;
  let current: { id: number; remote: RemoteJob } | null = null;

  const begin = async (id: number, job: JobMessage) => {
    const isCancelled = () => Atomics.load(flag, 0) === id;
    const remote = new RemoteJob(job.name, isCancelled);
    current = { id, remote };
    const outcome = await runJob(remote, job, findWork);
    current = null;
    try {
      post({ kind: "end", outcome }, transferablesOfResult(outcome));
    } catch (error) {
      post({ kind: "end", outcome: refuseResult(job, error) });
    }
  };

  // No `onmessage`: the module could set its own.
  worker.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === "flag") flag = data.flag;
    else if (data.kind === "begin") begin(data.id, data.job);
    else if (current?.id === data.id) current.remote.abort();
  });
  announceDeath((thrown, silent) =>
    post({ kind: "dying", error: encodeError(thrown), silent })
  );
}
