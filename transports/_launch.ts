import { NotImplementedError } from "../loop/errors.ts";
import { mergeStreams } from "./_merged_streams.ts";
import type { SubprocessOptions } from "./subprocess_options.ts";
import {
  DEVNULL,
  PIPE,
  type StdioOptions,
  STDOUT,
  STREAMS,
  toDenoStdio,
} from "./subprocess_stdio.ts";

/** The shell of POSIX systems. */
const SHELL = "/bin/sh";

/** A program to be started. */
export interface Program {
  /** Its name or its path. */
  readonly command: string | URL;
  /** What it is told. */
  readonly args: readonly string[];
  /** Whether the arguments are a command line as it is, on Windows. */
  readonly raw?: boolean;
}

/** A process that was started, and what is still to be known about it. */
export interface Launched {
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** Which of its streams are pipes. */
  readonly pipes: readonly number[];
  /** Whether it leads a group of processes. */
  readonly leader: boolean;
  /** Where the shell that starts the program tells that it cannot. */
  readonly report: ReadableStream<Uint8Array> | null;
}

/** Returns how a shell is told to run a command line. */
export function shellProgram(deno: typeof Deno, line: string): Program {
  if (deno.build.os !== "windows") {
    return { command: SHELL, args: ["-c", line] };
  }
  const args = ["/d", "/s", "/c", `"${line}"`];
  return { command: "cmd.exe", args, raw: true };
}

/**
 * Starts a program.
 *
 * @throws {NotImplementedError} If this runtime starts no processes.
 * @throws What Deno throws, if it cannot be started.
 */
export function launch(
  deno: typeof Deno,
  program: Program,
  options: SubprocessOptions,
): Launched {
  if (deno.Command === undefined) {
    throw new NotImplementedError(
      "Cannot start process: this runtime starts no processes",
    );
  }
  const { stdin = PIPE, stdout = PIPE, stderr = PIPE, ...rest } = options;
  const { detached = false } = rest;
  const isWindows = deno.build.os === "windows";
  const leader = detached && !isWindows;
  const merged = stderr === STDOUT && stdout !== DEVNULL;
  if (merged && isWindows) {
    throw new NotImplementedError(
      "Cannot start process: stderr: STDOUT needs a POSIX shell",
    );
  }
  const wanted: StdioOptions = {
    stdin,
    stdout,
    stderr: stderr === STDOUT ? DEVNULL : stderr,
  };
  const pipes = [0, 1, 2].filter((fd) => wanted[STREAMS[fd]!] === PIPE);
  const { command, args, raw = false } = merged
    ? mergeStreams(program, rest)
    : program;
  const child = new deno.Command(command, {
    ...rest,
    args: [...args],
    windowsRawArguments: raw,
    stdin: toDenoStdio(stdin),
    stdout: toDenoStdio(stdout),
    stderr: toDenoStdio(merged ? PIPE : wanted.stderr),
  }).spawn();
  return { child, pipes, leader, report: merged ? child.stderr : null };
}
