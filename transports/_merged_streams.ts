import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { systemError } from "./_errors.ts";
import type { Program } from "./_launch.ts";
import type { SubprocessOptions } from "./subprocess_options.ts";

// Deno cannot join the standard error of a child to the pipe of its standard
// output. A shell can: it becomes the program, as the same process. What it had
// as its standard error before is a pipe to us, which ends when it has become
// the program, and on which it tells before if there is no such program.

/** Becomes the program `$0`, with its two outputs joined. */
const SCRIPT = `
can_run() {
  [ -f "$1" ] && [ -x "$1" ]
}
in_path() {
  set -f
  IFS=:
  for asyncio_folder in $PATH; do
    can_run "\${asyncio_folder:-.}/$1" && return
  done
  return 1
}
case $0 in
  */*) [ -e "$0" ] || { echo NotFound >&2; exit; }
       can_run "$0" || { echo PermissionDenied >&2; exit; } ;;
  *) in_path "$0" || { echo NotFound >&2; exit; } ;;
esac
unset IFS
exec "$0" "$@" 2>&1
`;

/** Variables that a shell adds to the environment of what it becomes. */
const ADDED_BY_SHELL = ["PWD", "OLDPWD", "SHLVL"];

/** Returns a program that becomes another one with its two outputs joined. */
export function mergeStreams(
  { command, args }: Program,
  { clearEnv = false, env = {} }: SubprocessOptions,
): Program {
  const added = ADDED_BY_SHELL.filter((name) => !Object.hasOwn(env, name));
  const script = clearEnv ? `unset ${added.join(" ")}${SCRIPT}` : SCRIPT;
  const path = command instanceof URL
    ? decodeURIComponent(command.pathname)
    : command;
  return { command: "/bin/sh", args: ["-c", script, path, ...args] };
}

/**
 * Waits until the shell has become the program.
 *
 * @throws {Deno.errors.NotFound} If there is no such program.
 * @throws {Deno.errors.PermissionDenied} If it cannot be run.
 */
export function* waitForExec(
  report: ReadableStream<Uint8Array>,
  { command }: Program,
): CoroutineGenerator<void> {
  const reader = report.getReader();
  try {
    const { value } = yield* wrapFuture(reader.read());
    if (value === undefined) return;
    const isMissing = new TextDecoder().decode(value).startsWith("NotFound");
    throw systemError(
      isMissing ? "NotFound" : "PermissionDenied",
      `Cannot start process: "${command}" ` +
        (isMissing ? "is not found" : "cannot be run"),
    );
  } finally {
    reader.cancel().catch(() => {});
  }
}
