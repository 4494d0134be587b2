import type { SubprocessTransport } from "./subprocess_transport.ts";

/**
 * What the transport of a child process calls. Every method may be left out.
 *
 * The transport calls `connectionMade` first and `connectionLost` last; between
 * them `pipeDataReceived` and `processExited` come in any order, and
 * `pipeConnectionLost` once for each pipe. All are called outside any task, in
 * the async context in which the process was started.
 */
export interface ProcessProtocol {
  /** Called when the process has been started. */
  connectionMade?(transport: SubprocessTransport): void;
  /** Called with bytes that came through a pipe; they may be kept. */
  pipeDataReceived?(fd: number, data: Uint8Array): void;
  /** Called when a pipe is gone, with the error if one ended it. */
  pipeConnectionLost?(fd: number, error: Error | null): void;
  /** Called when the process has ended. */
  processExited?(): void;
  /** Called when more waits to be written than the high-water mark. */
  pauseWriting?(): void;
  /** Called when what waits has come down to the low-water mark. */
  resumeWriting?(): void;
  /** Called when the process has ended and all of its pipes are gone. */
  connectionLost?(error: Error | null): void;
}

/** Makes the protocol of a new child process. */
export type ProcessProtocolFactory<
  P extends ProcessProtocol = ProcessProtocol,
> = () => P;

/**
 * The base of protocols for child processes: methods that do nothing, to be
 * overridden.
 *
 * @example Collecting what a program prints
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * class Collect extends asyncio.SubprocessProtocol {
 *   text = "";
 *   readonly ended = asyncio.getRunningLoop().createFuture<string>();
 *   override pipeDataReceived(_fd: number, data: Uint8Array) {
 *     this.text += new TextDecoder().decode(data);
 *   }
 *   override connectionLost() {
 *     this.ended.setResult(this.text);
 *   }
 * }
 *
 * await asyncio.run(async () => {
 *   const loop = asyncio.getRunningLoop();
 *   const [, protocol] = await loop.subprocessExec(
 *     () => new Collect(),
 *     "echo",
 *     "hello",
 *   );
 *   assert.equal(await protocol.ended, "hello\n");
 * });
 * ```
 */
export class SubprocessProtocol {
  /**
   * Called once, when the process has been started.
   *
   * @param _transport The transport of the process.
   */
  connectionMade(_transport: SubprocessTransport): void {}

  /**
   * Called with bytes that the process has written to a pipe.
   *
   * @param _fd 1 for its standard output, 2 for its standard error.
   * @param _data At least one byte; they are the protocol's to keep.
   */
  pipeDataReceived(_fd: number, _data: Uint8Array): void {}

  /**
   * Called once for each pipe, when it is gone.
   *
   * @param _fd 0, 1 or 2.
   * @param _error What ended it; `null` after an end or a `close()`.
   */
  pipeConnectionLost(_fd: number, _error: Error | null): void {}

  /** Called once, when the process has ended; its pipes may still be open. */
  processExited(): void {}

  /** Called when more waits for the standard input than the high-water mark. */
  pauseWriting(): void {}

  /** Called when what waits has come down to the low-water mark. */
  resumeWriting(): void {}

  /**
   * Called once, when the process has ended and all of its pipes are gone.
   *
   * @param _error Always `null`.
   */
  connectionLost(_error: Error | null): void {}
}
