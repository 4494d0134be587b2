import type { AbstractEventLoop } from "./abstract_event_loop.ts";

/** What the exception handler of a loop is told; other keys are allowed. */
export interface ExceptionHandlerContext {
  /** What happened, in asyncio's words. */
  message: string;
  /** The error, if there is one. */
  exception?: unknown;
  /** The future it concerns. */
  future?: unknown;
  /** The task it concerns. */
  task?: unknown;
  /** The handle whose callback failed. */
  handle?: unknown;
  /** The protocol it concerns. */
  protocol?: unknown;
  /** The transport it concerns. */
  transport?: unknown;
  /** The socket or listener it concerns. */
  socket?: unknown;
  /** Whatever else helps. */
  [key: string]: unknown;
}

/** Handles the errors that nobody can catch. */
export type ExceptionHandler = (
  loop: AbstractEventLoop,
  context: ExceptionHandlerContext,
) => void;
