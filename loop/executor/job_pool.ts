import { MAXIMUM_NATIVE_TIMER } from "../constants.ts";
import { RuntimeError } from "../errors.ts";
import type { Future } from "../futures.ts";
import { log } from "../log.ts";
import { currentLoop, runInCallback } from "../running.ts";
import { ExecutorFullError, WorkerDiedError } from "./errors.ts";
import type { JobMessage } from "./messages.ts";
import { PendingJob } from "./pending_job.ts";

/** How long a cancelled job may take to stop before it is given up. */
const GRACE_SECONDS = 1;

/** One that runs jobs, one after the other: a worker or a process. */
export interface Lane {
  /**
   * Sends a job.
   *
   * @throws {TypeError} If it cannot be sent; then the lane is as before.
   */
  begin(job: PendingJob): void;
  /** The job that runs was cancelled. */
  cancel(): void;
  /** Ends the lane, whatever it does, and tells the pool when it is gone. */
  end(): void;
}

/** Whom a lane tells what becomes of it and of its job. */
export interface LaneOwner {
  /** The job has ended: the lane is free. */
  finished(lane: Lane): void;
  /** The lane is gone; an unexpected end has a reason. */
  gone(lane: Lane, reason?: DeathReason): void;
}

/** Why a lane ended. */
export interface DeathReason {
  /** As in "its worker died". */
  readonly what: string;
  /** The error that ended it, if it is known. */
  readonly cause?: unknown;
}

/** How much a pool takes on. */
export interface PoolLimits {
  /** How many jobs run at once. */
  readonly maxWorkers: number;
  /** How many jobs wait at most. */
  readonly maxQueue: number;
}

/** Divides jobs among lanes, which it opens when they are needed. */
export class JobPool implements LaneOwner {
  readonly #limits: PoolLimits;
  readonly #openLane: (owner: LaneOwner) => Lane;
  /** The job of each lane, `null` of an idle one. */
  readonly #lanes = new Map<Lane, PendingJob | null>();
  /** The idle lanes: the one used last is taken first. */
  readonly #idle: Lane[] = [];
  /** The jobs that were cancelled and have not stopped: whether it was told. */
  readonly #stopping = new Map<PendingJob, boolean>();
  /** The jobs without a lane, oldest first. */
  readonly #queue = new Set<PendingJob>();
  #closed = false;
  /** How many jobs somebody may wait for. */
  #expected = 0;
  /** Keeps the process alive for them. */
  #anchor: ReturnType<typeof setInterval> | undefined;
  /** Called when the last lane is gone. */
  #onEnded: (() => void)[] = [];
  #review: ReturnType<typeof setTimeout> | undefined;

  /** Creates a pool without lanes. */
  constructor(limits: PoolLimits, openLane: (owner: LaneOwner) => Lane) {
    this.#limits = limits;
    this.#openLane = openLane;
  }

  /**
   * Makes a job and starts it, or lets it wait for a lane.
   *
   * @param message What to call, with what.
   * @param transferables What is moved with the arguments, not copied.
   * @param keep Copies the arguments of a job that has to wait.
   * @returns The future of the job.
   * @throws {RuntimeError} If the pool takes no jobs any more.
   * @throws {ExecutorFullError} If too many are waiting.
   * @throws {TypeError} If it cannot be sent.
   */
  submit(
    message: JobMessage,
    transferables: Transferable[],
    keep: (job: PendingJob) => void,
  ): Future<unknown> {
    this.#checkOpen(message.name);
    const job = new PendingJob(
      currentLoop(),
      message,
      transferables,
      (job) => this.#ended(job),
    );
    this.#add(job, keep);
    return job.future;
  }

  #checkOpen(name: string): void {
    if (!this.#closed) return;
    throw new RuntimeError(
      `Cannot submit job '${name}': the executor is shut down`,
    );
  }

  #add(job: PendingJob, keep: (job: PendingJob) => void): void {
    try {
      if (this.#hasRoom()) this.#begin(job);
      else {
        this.#checkQueue(job);
        keep(job);
        this.#queue.add(job);
        if (this.#stopping.size > 0) this.#reviewLanes();
      }
    } catch (error) {
      job.discard();
      throw error;
    }
    this.#expected++;
    this.#reviewAnchor();
  }

  /** Nobody waits for a job any more: it has ended or was cancelled. */
  #ended(job: PendingJob): void {
    this.#expected--;
    this.#reviewAnchor();
    if (job.cancelledAt !== null) this.#cancel(job);
  }

  #cancel(job: PendingJob): void {
    if (this.#queue.delete(job)) return;
    for (const [lane, running] of this.#lanes) {
      if (running !== job) continue;
      this.#stopping.set(job, false);
      lane.cancel();
    }
    this.#reviewLanes();
  }

  /** A lane has done with its job. */
  #stopped(job: PendingJob | null): void {
    if (job === null || !this.#stopping.delete(job)) return;
    if (this.#stopping.size === 0) clearTimeout(this.#review);
  }

  /** The job of a lane has ended. */
  finished(lane: Lane): void {
    const job = this.#lanes.get(lane);
    if (job === undefined) return;
    this.#stopped(job);
    this.#lanes.set(lane, null);
    this.#idle.push(lane);
    if (!this.#serveQueue() && this.#closed) this.#endIdle();
  }

  /** A lane is gone. */
  gone(lane: Lane, reason?: DeathReason): void {
    const job = this.#lanes.get(lane);
    if (job === undefined) return;
    this.#stopped(job);
    this.#lanes.delete(lane);
    const index = this.#idle.indexOf(lane);
    if (index >= 0) this.#idle.splice(index, 1);
    job?.fail(makeDeathError(job, reason ?? { what: "its worker was ended" }));
    if (!this.#serveQueue() && this.#closed) this.#endIdle();
    this.#checkEnded();
  }

  /**
   * Takes no more jobs and ends each lane when nothing is left for it.
   *
   * @param wait Whether the future waits for the end of the last lane.
   * @param cancelJobs Whether to cancel the jobs that have not ended.
   */
  shutdown(wait: boolean, cancelJobs: boolean): Future<void> {
    this.#closed = true;
    if (cancelJobs) {
      for (const job of [...this.#queue]) job.future.cancel();
      for (const job of [...this.#lanes.values()]) job?.future.cancel();
    }
    this.#endIdle();
    const loop = currentLoop();
    const future = loop.createFuture<void>();
    if (!wait || this.#lanes.size === 0) future.setResult();
    else {
      loop.foreignPromises++;
      this.#onEnded.push(() => {
        loop.foreignPromises--;
        if (future.done() || loop.isClosed()) return;
        runInCallback(loop, () => future.setResult());
      });
    }
    this.#reviewLanes();
    return future;
  }

  #hasRoom(): boolean {
    return this.#idle.length > 0 || this.#lanes.size < this.#limits.maxWorkers;
  }

  #checkQueue(job: PendingJob): void {
    const { size } = this.#queue;
    if (size < this.#limits.maxQueue) return;
    throw new ExecutorFullError(
      `Cannot submit job '${job.name}': ${size} jobs are waiting already`,
    );
  }

  /** Gives the next job to an idle or a new lane; false if there is none. */
  #serveQueue(): boolean {
    for (const job of this.#queue) {
      this.#queue.delete(job);
      try {
        this.#begin(job);
        return true;
      } catch (error) {
        job.fail(error);
      }
    }
    return false;
  }

  #begin(job: PendingJob): void {
    const lane = this.#idle.pop() ?? this.#open();
    try {
      lane.begin(job);
      this.#lanes.set(lane, job);
    } catch (error) {
      this.#idle.push(lane);
      throw error;
    }
  }

  #open(): Lane {
    const lane = this.#openLane(this);
    this.#lanes.set(lane, null);
    return lane;
  }

  /** A worker does not keep the process alive, but a job does. */
  #reviewAnchor(): void {
    if (this.#expected > 0) {
      this.#anchor ??= setInterval(() => {}, MAXIMUM_NATIVE_TIMER * 1000);
    } else {
      clearInterval(this.#anchor);
      this.#anchor = undefined;
    }
  }

  #endIdle(): void {
    for (const lane of this.#idle.splice(0)) lane.end();
  }

  #checkEnded(): void {
    if (this.#lanes.size > 0) return;
    clearTimeout(this.#review);
    for (const ended of this.#onEnded.splice(0)) ended();
  }

  /** Looks after the jobs that do not stop, now or as soon as that is sure. */
  #reviewLanes(): void {
    clearTimeout(this.#review);
    let next = Infinity;
    for (const [lane, job] of [...this.#lanes]) {
      if (job === null || job.cancelledAt === null) continue;
      const elapsed = performance.now() - job.cancelledAt;
      const left = GRACE_SECONDS * 1000 - elapsed;
      if (left > 0) next = Math.min(next, left);
      else if (this.#closed) this.#abandon(lane, job);
      else this.#complain(job);
    }
    if (next === Infinity) return;
    this.#review = setTimeout(() => this.#reviewLanes(), next + 1);
  }

  /** Tells why nothing goes on, once for each job that is in the way. */
  #complain(job: PendingJob): void {
    const { size } = this.#queue;
    if (size === 0 || this.#stopping.get(job)) return;
    this.#stopping.set(job, true);
    warn(job, `${size} ${size === 1 ? "job waits" : "jobs wait"} meanwhile`);
  }

  #abandon(lane: Lane, job: PendingJob): void {
    warn(job, "its worker is given up, though it may go on");
    lane.end();
  }
}

/** Tells of a job that was cancelled and goes on. */
function warn({ name }: PendingJob, consequence: string): void {
  log(
    "warning",
    `Job '${name}' did not stop within ${GRACE_SECONDS} second of being ` +
      `cancelled: ${consequence}`,
    { job: name },
  );
}

function makeDeathError(job: PendingJob, reason: DeathReason): Error {
  const { what, cause } = reason;
  return new WorkerDiedError(
    `Cannot finish job '${job.name}': ${what}`,
    ...(cause === undefined ? [] : [{ cause }]),
  );
}
