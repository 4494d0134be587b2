import type { ProcessProtocol } from "./subprocess_protocol.ts";
import type { Transport } from "./transports.ts";

/**
 * A child process, as a protocol sees it: `loop.subprocessExec()` and
 * `loop.subprocessShell()` make it.
 */
export interface SubprocessTransport extends AsyncDisposable {
  /**
   * Returns the number of the process.
   *
   * @returns The process id.
   */
  getPid(): number;

  /**
   * Tells how the process has ended.
   *
   * @returns The exit code, the negative number of the signal that ended the
   * process, or `null` while it is running.
   */
  getReturncode(): number | null;

  /**
   * Returns the transport of a pipe: that of 0 is for writing, the others are
   * for reading.
   *
   * @param fd 0 for the standard input, 1 for the output, 2 for the error.
   * @returns The transport, `null` if the stream is not joined to a pipe.
   */
  getPipeTransport(fd: number): Transport | null;

  /**
   * Sends a signal to the process, or to its whole group if it leads one. If it
   * has just ended, nothing happens.
   *
   * @param signal The name or the number.
   * @throws {Deno.errors.NotFound} If it has ended and its pipes are gone.
   * @throws {TypeError} If there is no such signal.
   */
  sendSignal(signal: Deno.Signal | number): void;

  /**
   * Asks the process to end, by SIGTERM; on Windows it is ended.
   *
   * @throws {Deno.errors.NotFound} If it has ended and its pipes are gone.
   */
  terminate(): void;

  /**
   * Ends the process, by SIGKILL.
   *
   * @throws {Deno.errors.NotFound} If it has ended and its pipes are gone.
   */
  kill(): void;

  /**
   * Closes the pipes, dropping what waits to be written, and kills the process
   * if it is running. Closing again does nothing.
   */
  close(): void;

  /**
   * Tells whether the transport is closing or closed.
   *
   * @returns Whether `close()` was called, or the process has ended and its
   * pipes are gone.
   */
  isClosing(): boolean;

  /**
   * Tells something about the process: "subprocess", the `Deno.ChildProcess`
   * beneath, of which the streams must not be used.
   *
   * @param name What is asked for.
   * @param fallback What to return if the transport cannot tell.
   * @returns The answer, or the fallback, which is `null` by default.
   */
  getExtraInfo(name: string, fallback?: unknown): unknown;

  /**
   * Replaces the protocol; the next event goes to the new one.
   *
   * @param protocol The new protocol; its `connectionMade` is not called.
   */
  setProtocol(protocol: ProcessProtocol): void;

  /**
   * Returns the protocol in use.
   *
   * @returns The protocol.
   */
  getProtocol(): ProcessProtocol;
}
