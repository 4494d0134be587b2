import { KeyboardInterrupt, SystemExit } from "./errors.ts";

/** Exit code of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Lets an error that nobody catches end the process with the right code, from
 * the first signal on: closing the loop may take long before the error reaches
 * anybody.
 */
export function exitWhenUnhandled(): void {
  // Adding the same listener again does nothing.
  globalThis.addEventListener?.("unhandledrejection", exitWithCode);
}

function exitWithCode(event: PromiseRejectionEvent): void {
  const { reason, defaultPrevented } = event;
  if (defaultPrevented) return;
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  if (reason instanceof SystemExit) {
    event.preventDefault();
    deno?.exit(reason.code);
  } else if (reason instanceof KeyboardInterrupt) {
    event.preventDefault();
    console.error(String(reason));
    deno?.exit(INTERRUPTED);
  }
}
