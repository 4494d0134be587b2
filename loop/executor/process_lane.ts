import { captureContext } from "../context.ts";
import { builtinModule } from "../host.ts";
import { decodeError, type ErrorClasses } from "./error_codec.ts";
import type { DeathReason, Lane, LaneOwner } from "./job_pool.ts";
import type { FromProcess, Outcome } from "./messages.ts";
import type { PendingJob } from "./pending_job.ts";
import { refuseArguments } from "./refuse_arguments.ts";
import { framesOf, toFrame } from "./remote_process.ts";

/** How long results that are on their way may outlive their process. */
const LAST_WORDS_SECONDS = 0.1;

/** How child processes are started. */
export interface ProcessSettings {
  /** The Deno executable. */
  readonly command: string;
  /** What it is told. */
  readonly args: readonly string[];
  /** What each message begins with. */
  readonly magic: number;
  /** The user's classes of errors. */
  readonly classes: ErrorClasses;
}

/** A child process that runs jobs. */
export class ProcessLane implements Lane {
  readonly #owner: LaneOwner;
  readonly #settings: ProcessSettings;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #frames: AsyncGenerator<Uint8Array>;
  #job: PendingJob | null = null;
  /** Whether its end was asked for. */
  #ended = false;
  #reason: DeathReason | undefined;
  #exchanging: Promise<void> | undefined;
  #lastWords: unknown;

  /**
   * Starts a process.
   *
   * @throws {Deno.errors.NotCapable} Without the permission to.
   */
  constructor(owner: LaneOwner, settings: ProcessSettings) {
    this.#owner = owner;
    this.#settings = settings;
    const { command, args, magic } = settings;
    this.#child = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#child.unref();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
    this.#frames = framesOf(chunksOf(this.#reader), magic);
    // The process outlives the task that happens to need it first.
    captureContext()(() => this.#watch());
    globalThis.addEventListener("unload", this.#kill);
  }

  /** Sends a job. */
  begin(job: PendingJob): void {
    serializeJob(job);
    const payload = job.payload!;
    job.release();
    this.#job = job;
    this.#exchanging = this.#exchange(job, payload);
  }

  /** Kills the process: only so a job stops that does not look. */
  cancel(): void {
    this.end();
  }

  /** Kills the process. */
  end(): void {
    this.#ended = true;
    // Not for long, but its end is waited for.
    this.#child.ref();
    this.#kill();
  }

  async #exchange(job: PendingJob, payload: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(toFrame(payload, this.#settings.magic));
      for (;;) {
        const message = await this.#receive();
        // A result that comes while the process is killed comes too late.
        if (message === null || this.#ended) return;
        if (!("dying" in message)) return this.#finish(job, message);
        this.#lastWords = decodeError(message.dying, this.#settings.classes);
      }
    } catch (cause) {
      if (this.#ended || cause instanceof Deno.errors.BrokenPipe) return;
      this.#reason = { what: "its result cannot be read", cause };
      this.end();
    }
  }

  /** Receives a message; `null` if the process has ended. */
  async #receive(): Promise<FromProcess | null> {
    const { value } = await this.#frames.next();
    return value ? v8().deserialize(value) as FromProcess : null;
  }

  #finish(job: PendingJob, outcome: Outcome): void {
    this.#job = null;
    if (outcome.ok) job.succeed(outcome.value);
    else job.fail(decodeError(outcome.error, this.#settings.classes));
    this.#owner.finished(this);
  }

  /** Tells the pool of the end of the process, whoever ended it. */
  async #watch(): Promise<void> {
    const { code, signal } = await this.#child.status;
    globalThis.removeEventListener("unload", this.#kill);
    if (this.#job !== null && !this.#ended) {
      await settledWithin(LAST_WORDS_SECONDS, this.#exchanging!);
    }
    if (!this.#ended) {
      const ending = signal === null ? `with code ${code}` : `by ${signal}`;
      const cause = this.#lastWords;
      this.#reason = { what: `its process ended ${ending}`, cause };
    }
    await Promise.allSettled([this.#writer.abort(), this.#reader.cancel()]);
    this.#owner.gone(this, this.#reason);
  }

  readonly #kill = (): void => {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  };
}

/** The module of Deno that turns values to bytes. */
interface Serializer {
  serialize(value: unknown): Uint8Array;
  deserialize(bytes: Uint8Array): unknown;
}

function v8(): Serializer {
  return builtinModule<Serializer>("node:v8")!;
}

/**
 * Turns a job to bytes, once.
 *
 * @throws {TypeError} If the arguments cannot be sent.
 */
export function serializeJob(job: PendingJob): void {
  try {
    job.payload ??= v8().serialize(job.message);
  } catch (cause) {
    throw refuseArguments(job, cause);
  }
}

async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Waits for a promise, but not for long. */
async function settledWithin(
  seconds: number,
  promise: Promise<unknown>,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, seconds * 1000);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
