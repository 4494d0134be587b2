import type { CoroutineGenerator } from "../loop/awaitables.ts";
import {
  type Coroutine,
  leafOperation,
  operation,
} from "../loop/coroutines.ts";
import { CancelledError } from "../loop/errors.ts";
import { showAsText } from "../loop/inspect.ts";
import type { StreamReader } from "../streams/stream_reader.ts";
import type { StreamWriter } from "../streams/stream_writer.ts";
import type { SubprocessTransport } from "../transports/subprocess_transport.ts";
import { communicate } from "./_communicate.ts";
import { giveUp } from "./_give_up.ts";
import type { ProcessStreams } from "./_process_streams.ts";

/** What `communicate()` collects from a stream: nothing if it is no pipe. */
export type Collected<S extends StreamReader | null> = S extends null ? null
  : Uint8Array;

/**
 * A child process: `createSubprocessExec()` and `createSubprocessShell()` make
 * it.
 *
 * - **Streams** exist where a `PIPE` was asked for; the types tell.
 * - **Waiting:** `wait()` waits for the exit only. A child that has more to
 *   print than its pipe holds does not exit before that is read: use
 *   `communicate()`, or read while waiting.
 * - **Ending it:** at the end of an `await using` block the process is killed
 *   and waited for, however the block is left; so it is when `communicate()` is
 *   cancelled. Cancelling any other wait leaves it running. One that still runs
 *   when the loop closes is killed.
 *
 * @typeParam Stdin The class of `stdin`, `null` if there is none.
 * @typeParam Stdout The class of `stdout`, `null` if there is none.
 * @typeParam Stderr The class of `stderr`, `null` if there is none.
 *
 * @example Talking to a process
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   await using process = await asyncio.createSubprocessExec("cat", {
 *     stdin: asyncio.PIPE,
 *     stdout: asyncio.PIPE,
 *   });
 *   process.stdin.write("one\n");
 *   const line = await process.stdout.readline();
 *   assert.equal(new TextDecoder().decode(line), "one\n");
 *   process.stdin.close();
 *   assert.equal(await process.wait(), 0);
 * });
 * ```
 */
export class Process<
  Stdin extends StreamWriter | null = StreamWriter | null,
  Stdout extends StreamReader | null = StreamReader | null,
  Stderr extends StreamReader | null = StreamReader | null,
> implements AsyncDisposable {
  /** What is written to the process, `null` if that is no pipe. */
  readonly stdin: Stdin;
  /** What the process prints, `null` if that is no pipe. */
  readonly stdout: Stdout;
  /** The errors that the process prints, `null` if that is no pipe. */
  readonly stderr: Stderr;
  /** The number of the process. */
  readonly pid: number;
  readonly #transport: SubprocessTransport;
  readonly #streams: ProcessStreams;
  #signalled = false;
  /** Whether a communication was cancelled: nobody is left to be signalled. */
  #givenUp = false;

  static {
    showAsText(this);
  }

  /**
   * Creates the object of a process that was started.
   *
   * @param transport The transport of the process.
   * @param streams Its protocol.
   * @ignore
   */
  constructor(transport: SubprocessTransport, streams: ProcessStreams) {
    this.#transport = transport;
    this.#streams = streams;
    this.stdin = streams.stdin as Stdin;
    this.stdout = streams.stdout as Stdout;
    this.stderr = streams.stderr as Stderr;
    this.pid = transport.getPid();
  }

  /**
   * How the process has ended: its exit code, or the negative number of the
   * signal that ended it; `null` while it is running.
   */
  get returncode(): number | null {
    return this.#transport.getReturncode();
  }

  /**
   * Waits until the process has ended, not for the end of its pipes. Any number
   * of tasks may wait; cancelling the wait leaves the process running.
   *
   * @returns A coroutine of the return code.
   */
  wait(): Coroutine<number> {
    return leafOperation("Process.wait", this.#streams.waitExit());
  }

  /**
   * Writes the input, closes `stdin`, reads `stdout` and `stderr` to their ends
   * and waits for the exit, all at once: no pipe can fill up. That the process
   * does not read its input is no error.
   *
   * Cancelling the wait, say by a `timeout()`, kills the process, with its group
   * if it was started with `detached`, closes the pipes and waits until it is
   * gone. What was read until then is what the next call returns. A task of this
   * that is awaited through `shield()` goes on. Processes that a killed child
   * leaves behind may keep its pipes open: they are closed a second after its
   * end.
   *
   * @param input What to write, text as UTF-8; nothing by default.
   * @returns A coroutine of all that came through `stdout` and `stderr`; `null`
   * for one that is no pipe.
   * @throws {TypeError} If there is an input and `stdin` is no pipe.
   *
   * @example Input, output and a deadline
   * ```ts
   * import * as asyncio from "@asyncio/asyncio";
   * import assert from "node:assert/strict";
   *
   * await asyncio.run(async () => {
   *   await using sort = await asyncio.createSubprocessExec("sort", {
   *     stdin: asyncio.PIPE,
   *     stdout: asyncio.PIPE,
   *   });
   *   const [sorted] = await asyncio.timeout(
   *     10,
   *     () => sort.communicate("b\na\n"),
   *   );
   *   assert.equal(new TextDecoder().decode(sorted), "a\nb\n");
   *   assert.equal(sort.returncode, 0);
   * });
   * ```
   */
  communicate(
    input: Uint8Array | string | null = null,
  ): Coroutine<[stdout: Collected<Stdout>, stderr: Collected<Stderr>]> {
    return operation(
      "Process.communicate",
      this.#communicate(input),
    ) as Coroutine<[Collected<Stdout>, Collected<Stderr>]>;
  }

  /**
   * Sends a signal to the process, or to its whole group if it was started with
   * `detached`. If it has just ended, or was killed because `communicate()` was
   * cancelled, nothing happens.
   *
   * @param signal The name or the number.
   * @throws {Deno.errors.NotFound} If it has ended and its pipes are gone.
   * @throws {TypeError} If there is no such signal.
   */
  sendSignal(signal: Deno.Signal | number): void {
    if (this.#givenUp && this.returncode !== null) return;
    this.#transport.sendSignal(signal);
    this.#signalled = true;
  }

  /**
   * Asks the process to end, by SIGTERM; on Windows it is ended.
   *
   * @throws {Deno.errors.NotFound} If it has ended and its pipes are gone.
   */
  terminate(): void {
    this.sendSignal("SIGTERM");
  }

  /**
   * Ends the process, by SIGKILL.
   *
   * @throws {Deno.errors.NotFound} If it has ended and its pipes are gone.
   */
  kill(): void {
    this.sendSignal("SIGKILL");
  }

  /** Kills the process if it is running, and waits until it is gone. */
  [Symbol.asyncDispose](): Promise<void> {
    return leafOperation("Process.dispose", this.#dispose());
  }

  /** Describes the process, such as `<Process 7>`. */
  toString(): string {
    return `<Process ${this.pid}>`;
  }

  *#communicate(
    input: Uint8Array | string | null,
  ): CoroutineGenerator<[Uint8Array | null, Uint8Array | null]> {
    const isSignalled = () => this.#signalled;
    try {
      return yield* communicate(
        this.#transport,
        this.#streams,
        input,
        isSignalled,
      );
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      this.#givenUp = true;
      yield* giveUp(this.#transport, this.#streams);
      throw error;
    }
  }

  *#dispose(): CoroutineGenerator<void> {
    this.#transport.close();
    yield* this.#streams.waitLost();
  }
}
