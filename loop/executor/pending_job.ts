import type { BaseEventLoop } from "../base_event_loop.ts";
import { Future } from "../futures.ts";
import { runInCallback } from "../running.ts";
import type { JobMessage, WorkReference } from "./messages.ts";

/** A job that was submitted and has not ended. */
export class PendingJob {
  /** What the submitter waits for. */
  readonly future: Future<unknown>;
  /** What is sent. */
  message: JobMessage;
  /** What of it is moved. */
  transferables: Transferable[];
  /** The message as bytes, once it was turned to some. */
  payload: Uint8Array | null = null;
  /** When the job was cancelled, in milliseconds; `null` if it was not. */
  cancelledAt: number | null = null;
  /** Also of a loop that was closed, whose futures are left as they are. */
  #ended = false;
  readonly #loop: BaseEventLoop;
  readonly #onEnd: (job: PendingJob) => void;

  /**
   * Creates the job.
   *
   * @param onEnd Called when nobody waits for its end any more: it has ended, or
   * its future was cancelled.
   */
  constructor(
    loop: BaseEventLoop,
    message: JobMessage,
    transferables: Transferable[],
    onEnd: (job: PendingJob) => void,
  ) {
    this.message = message;
    this.transferables = transferables;
    this.#loop = loop;
    this.#onEnd = onEnd;
    this.future = new JobFuture(loop, this, message);
    loop.foreignPromises++;
  }

  /** The name of its function. */
  get name(): string {
    return this.message.name;
  }

  /** The job was sent: its arguments need no memory here any more. */
  release(): void {
    this.message = { ...this.message, args: [] };
    this.transferables = [];
    this.payload = null;
  }

  /** The job was refused: nobody will see its future. */
  discard(): void {
    this.#loop.foreignPromises--;
  }

  /** The future was cancelled. */
  cancelled(): void {
    this.cancelledAt = performance.now();
    this.#end();
  }

  /** The job has a result. */
  succeed(value: unknown): void {
    this.#settle(() => this.future.setResult(value));
  }

  /** The job has failed. */
  fail(error: unknown): void {
    this.#settle(() => this.future.setException(error));
  }

  #settle(settle: () => void): void {
    if (this.future.done() || this.#ended) return;
    this.#end();
    if (!this.#loop.isClosed()) runInCallback(this.#loop, settle);
  }

  #end(): void {
    this.#ended = true;
    this.#loop.foreignPromises--;
    this.#onEnd(this);
  }
}

/** The future of a job: cancelling it cancels the job. */
class JobFuture extends Future<unknown> {
  readonly #job: PendingJob;
  readonly #work: WorkReference;

  constructor(loop: BaseEventLoop, job: PendingJob, work: WorkReference) {
    super(loop);
    this.#job = job;
    this.#work = work;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.#job.cancelled();
    return true;
  }

  override describeAsAwaited(): string {
    return `<Future ${this.describeState()} job='${this.#work.name}'>`;
  }
}
