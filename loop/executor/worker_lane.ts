import { captureContext } from "../context.ts";
import { NotImplementedError } from "../errors.ts";
import { decodeError, type ErrorClasses } from "./error_codec.ts";
import type { Lane, LaneOwner } from "./job_pool.ts";
import type { FromWorker, Outcome, ToWorker } from "./messages.ts";
import type { PendingJob } from "./pending_job.ts";
import { refuseArguments } from "./refuse_arguments.ts";
import { unrefWorker } from "./unref_worker.ts";

/** How long a worker may be idle where it keeps the process alive meanwhile. */
const IDLE_SECONDS = 1;

/** The highest number of a job, as the flag can hold it. */
const MAXIMUM_ID = 0x7fffffff;

let created = 0;

function startWorker(script: string): Worker {
  if (typeof Worker === "undefined") {
    throw new NotImplementedError(
      "Cannot start worker: this runtime has no web workers",
    );
  }
  return new Worker(script, { type: "module", name: `asyncio ${++created}` });
}

/** A web worker that runs jobs. */
export class WorkerLane implements Lane {
  readonly #owner: LaneOwner;
  readonly #classes: ErrorClasses;
  readonly #worker: Worker;
  /** Holds the number of the job that is to stop; shared with the worker. */
  readonly #flag = new Int32Array(new SharedArrayBuffer(4));
  readonly #isUnref: boolean;
  #job: PendingJob | null = null;
  #id = 0;
  #lastWords: unknown;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts a worker.
   *
   * @param script The URL of what it runs.
   * @param classes The user's classes of errors.
   */
  constructor(owner: LaneOwner, script: string, classes: ErrorClasses) {
    this.#owner = owner;
    this.#classes = classes;
    // The worker outlives the task that happens to need it first.
    this.#worker = captureContext()(startWorker, script);
    this.#isUnref = unrefWorker(this.#worker);
    this.#worker.addEventListener("message", this.#receive);
    this.#worker.addEventListener("error", this.#fail);
    this.#post({ kind: "flag", flag: this.#flag });
    this.#rest();
  }

  /** Sends a job. */
  begin(job: PendingJob): void {
    const { message, transferables } = job;
    // Never 0, which is what the flag holds at first.
    this.#id = this.#id % MAXIMUM_ID + 1;
    try {
      this.#post({ kind: "begin", id: this.#id, job: message }, transferables);
    } catch (cause) {
      throw refuseArguments(job, cause);
    }
    job.release();
    this.#job = job;
    clearTimeout(this.#idleTimer);
  }

  /** Asks the job to stop. */
  cancel(): void {
    Atomics.store(this.#flag, 0, this.#id);
    this.#post({ kind: "cancel", id: this.#id });
  }

  /**
   * Terminates the worker. Deno 2.9 does not stop a thread that is busy, but
   * unless it keeps the process alive, that ends it.
   */
  end(): void {
    this.#close();
    this.#owner.gone(this);
  }

  readonly #receive = ({ data }: MessageEvent<FromWorker>): void => {
    if (data.kind === "end") this.#finish(data.outcome);
    else {
      this.#lastWords = decodeError(data.error, this.#classes);
      if (data.silent) this.#die();
    }
  };

  readonly #fail = (event: ErrorEvent): void => {
    event.preventDefault();
    this.#lastWords ??= event.error ?? new Error(event.message);
    this.#die();
  };

  #finish(outcome: Outcome): void {
    const job = this.#job;
    this.#job = null;
    this.#rest();
    if (outcome.ok) job?.succeed(outcome.value);
    else job?.fail(decodeError(outcome.error, this.#classes));
    this.#owner.finished(this);
  }

  /** Is idle; a worker that keeps the process alive must not be so for long. */
  #rest(): void {
    if (this.#isUnref) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.end(), IDLE_SECONDS * 1000);
  }

  #die(): void {
    this.#close();
    const cause = this.#lastWords;
    this.#owner.gone(this, { what: "its worker died", cause });
  }

  #close(): void {
    clearTimeout(this.#idleTimer);
    this.#worker.removeEventListener("message", this.#receive);
    this.#worker.terminate();
  }

  #post(message: ToWorker, transferables: Transferable[] = []): void {
    this.#worker.postMessage(message, transferables);
  }
}

/** Copies or moves the arguments of a job that has to wait. */
export function keepArguments(job: PendingJob): void {
  const { message, transferables } = job;
  try {
    // Together, so that what was moved is known in the copy too.
    [job.message, job.transferables] = structuredClone(
      [message, transferables],
      { transfer: transferables },
    );
  } catch (cause) {
    throw refuseArguments(job, cause);
  }
}
