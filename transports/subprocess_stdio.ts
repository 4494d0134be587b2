/**
 * Gives a stream of a child process a pipe, of which this process has the
 * other end.
 */
export const PIPE: -1 = -1;

/** Sends the standard error of a child process where its output goes. */
export const STDOUT: -2 = -2;

/** Joins a stream of a child process to nothing: it is empty, or forgotten. */
export const DEVNULL: -3 = -3;

/**
 * What a stream of a child process is joined to: `PIPE`, `DEVNULL`, for the
 * standard error also `STDOUT`; a file descriptor of this process, such as
 * `openSync()` of `node:fs` returns; or `null`, which is the same stream of this
 * process.
 */
export type Stdio = number | null;

/** The three streams of a child process, in the order of their descriptors. */
export const STREAMS = ["stdin", "stdout", "stderr"] as const;

/** What each stream of a child process is joined to. */
export type StdioOptions = Readonly<Record<typeof STREAMS[number], Stdio>>;

/**
 * Returns what `Deno.Command` calls it. It takes a descriptor as it is, which
 * its type does not tell.
 */
export function toDenoStdio(stdio: Stdio): "piped" | "inherit" | "null" {
  switch (stdio) {
    case PIPE:
      return "piped";
    case DEVNULL:
      return "null";
    case null:
      return "inherit";
    default:
      return stdio as unknown as "inherit";
  }
}
