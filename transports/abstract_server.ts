import type { AbstractEventLoop } from "../loop/abstract_event_loop.ts";
import type { Coroutine } from "../loop/coroutines.ts";

/** What the servers of all kinds of loops can do. */
export interface AbstractServer extends AsyncDisposable {
  /** Stops listening; connections that were accepted live on. */
  close(): void;

  /** Closes every connection that is open, as `close()` of its transport. */
  closeClients(): void;

  /** Aborts every connection that is open. */
  abortClients(): void;

  /**
   * Returns the loop of the server.
   *
   * @returns The loop that calls the protocols.
   */
  getLoop(): AbstractEventLoop;

  /**
   * Tells whether new connections are accepted.
   *
   * @returns Whether the server has started and is not closed.
   */
  isServing(): boolean;

  /**
   * Starts to accept connections. Starting again does nothing.
   *
   * @returns A coroutine of nothing.
   */
  startServing(): Coroutine<void>;

  /**
   * Accepts connections until the wait is cancelled; that closes the server.
   *
   * @returns A coroutine that ends by cancellation only.
   */
  serveForever(): Coroutine<void>;

  /**
   * Waits until the server is closed and all its connections are gone.
   *
   * @returns A coroutine of nothing.
   */
  waitClosed(): Coroutine<void>;
}
