import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { currentLoop } from "../loop/running.ts";
import type { StreamReader } from "../streams/stream_reader.ts";
import type { StreamWriter } from "../streams/stream_writer.ts";
import {
  type ProgramArguments,
  splitArguments,
  type SubprocessOptions,
} from "../transports/subprocess_options.ts";
import type { PIPE, Stdio } from "../transports/subprocess_stdio.ts";
import { ProcessStreams } from "./_process_streams.ts";
import { Process } from "./process.ts";

/**
 * Options of {@linkcode createSubprocessExec} and
 * {@linkcode createSubprocessShell}.
 *
 * @typeParam Stdin The type of the option `stdin`.
 * @typeParam Stdout The type of the option `stdout`.
 * @typeParam Stderr The type of the option `stderr`.
 */
export interface CreateSubprocessOptions<
  Stdin extends Stdio = Stdio,
  Stdout extends Stdio = Stdio,
  Stderr extends Stdio = Stdio,
> extends SubprocessOptions<Stdin, Stdout, Stderr> {
  /** The limit of `stdout` and `stderr`, by default 65536 bytes. */
  limit?: number;
}

/** The stream of a Process for what is asked for: there is one for a `PIPE`. */
export type StreamFor<Asked extends Stdio, Stream> = Asked extends typeof PIPE
  ? Stream
  : typeof PIPE extends Asked ? Stream | null
  : null;

/** A Process with the streams that are asked for. */
export type ProcessFor<
  Stdin extends Stdio,
  Stdout extends Stdio,
  Stderr extends Stdio,
> = Process<
  StreamFor<Stdin, StreamWriter>,
  StreamFor<Stdout, StreamReader>,
  StreamFor<Stderr, StreamReader>
>;

/**
 * Starts a program with the streams of this process. Needs the permission
 * `--allow-run`, or `--allow-run=` with the name of the program.
 *
 * @param program The name or the path of the program.
 * @param args What it is told; no shell looks at it.
 * @returns A coroutine of the process.
 * @throws {Deno.errors.NotFound} If there is no such program.
 * @throws {Deno.errors.PermissionDenied} If it is not a program.
 * @throws {TypeError} If an argument is not a string.
 */
export function createSubprocessExec(
  program: string | URL,
  ...args: string[]
): Coroutine<Process<null, null, null>>;
/**
 * Starts a program. Needs the permission `--allow-run`, or `--allow-run=` with
 * the name of the program; with `STDOUT` also that for `/bin/sh`.
 *
 * Cancelling the wait kills the process and waits for its end.
 *
 * @typeParam Stdin What the standard input is joined to.
 * @typeParam Stdout What the standard output is joined to.
 * @typeParam Stderr What the standard error is joined to.
 * @param program The name or the path of the program.
 * @param args What it is told, which no shell looks at; then how it is started.
 * @returns A coroutine of the process.
 * @throws {Deno.errors.NotFound} If there is no such program, or no such folder
 * as `cwd`.
 * @throws {Deno.errors.PermissionDenied} If it is not a program.
 * @throws {TypeError} If an argument or an option is of the wrong type.
 * @throws {RangeError} If a stream cannot be joined to what is asked for.
 *
 * @example What a program prints
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const process = await asyncio.createSubprocessExec("echo", "a b", "c", {
 *     stdout: asyncio.PIPE,
 *   });
 *   const [output] = await process.communicate();
 *   assert.equal(new TextDecoder().decode(output), "a b c\n");
 * });
 * ```
 */
export function createSubprocessExec<
  const Stdin extends Stdio = null,
  const Stdout extends Stdio = null,
  const Stderr extends Stdio = null,
>(
  program: string | URL,
  ...args: [
    ...args: string[],
    options: CreateSubprocessOptions<Stdin, Stdout, Stderr>,
  ]
): Coroutine<ProcessFor<Stdin, Stdout, Stderr>>;
export function createSubprocessExec(
  program: string | URL,
  ...args: ProgramArguments
): Coroutine<Process> {
  return operation("createSubprocessExec", execSteps(program, args));
}

/**
 * Starts a shell with a command line: `/bin/sh`, on Windows `cmd.exe`. Needs the
 * permission to run it.
 *
 * Text of others must be quoted before it becomes a part of the command;
 * `createSubprocessExec()` needs no quotes. Cancelling the wait kills the shell
 * and waits for its end. Signals reach the shell only, not what it started,
 * unless it was started with `detached`.
 *
 * @typeParam Stdin What the standard input is joined to.
 * @typeParam Stdout What the standard output is joined to.
 * @typeParam Stderr What the standard error is joined to.
 * @param command The command line.
 * @param options How it is started, and the limit of the readers.
 * @returns A coroutine of the process.
 * @throws {TypeError} If the command or an option is of the wrong type.
 * @throws {RangeError} If a stream cannot be joined to what is asked for.
 *
 * @example Both outputs in one
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const process = await asyncio.createSubprocessShell(
 *     "echo out; echo err >&2; exit 3",
 *     { stdout: asyncio.PIPE, stderr: asyncio.STDOUT },
 *   );
 *   const [output] = await process.communicate();
 *   assert.equal(new TextDecoder().decode(output), "out\nerr\n");
 *   assert.equal(process.returncode, 3);
 * });
 * ```
 */
export function createSubprocessShell<
  const Stdin extends Stdio = null,
  const Stdout extends Stdio = null,
  const Stderr extends Stdio = null,
>(
  command: string,
  options: CreateSubprocessOptions<Stdin, Stdout, Stderr> = {},
): Coroutine<ProcessFor<Stdin, Stdout, Stderr>> {
  return operation(
    "createSubprocessShell",
    shellSteps(command, options),
  ) as Coroutine<ProcessFor<Stdin, Stdout, Stderr>>;
}

function* execSteps(
  program: string | URL,
  list: ProgramArguments,
): CoroutineGenerator<Process> {
  const [args, given] = splitArguments(program, list);
  const { limit, ...options } = given as CreateSubprocessOptions;
  const [transport, streams] = yield* currentLoop().subprocessExec(
    () => new ProcessStreams(limit),
    program,
    ...args,
    inherit(options),
  );
  return new Process(transport, streams);
}

function* shellSteps(
  command: string,
  { limit, ...options }: CreateSubprocessOptions,
): CoroutineGenerator<Process> {
  const [transport, streams] = yield* currentLoop().subprocessShell(
    () => new ProcessStreams(limit),
    command,
    inherit(options),
  );
  return new Process(transport, streams);
}

/** Joins the streams to those of this process where nothing else is said. */
function inherit(options: SubprocessOptions): SubprocessOptions {
  const { stdin = null, stdout = null, stderr = null } = options;
  return { ...options, stdin, stdout, stderr };
}
