import { CancelledError } from "./errors.ts";
import { hop } from "./host.ts";

/**
 * Keeps cancellations from ending the process, as long as a run lasts.
 *
 * A promise that was started but is not awaited yet rejects when its task is
 * cancelled, and nobody may ever ask for it.
 */
export class LateRejections {
  /** Begins to let them pass. */
  constructor() {
    globalThis.addEventListener?.("unhandledrejection", this.#pass);
  }

  /** Ends it, once the runtime has reported the rejections there are. */
  async end(): Promise<void> {
    await new Promise<void>((resolve) => hop(resolve));
    globalThis.removeEventListener?.("unhandledrejection", this.#pass);
  }

  readonly #pass = (event: PromiseRejectionEvent): void => {
    if (event.reason instanceof CancelledError) event.preventDefault();
  };
}
