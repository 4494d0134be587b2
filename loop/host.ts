/** The few things that the loop asks of the runtime that hosts it. */

const host = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
};

/**
 * Calls back in a macrotask: after all microtasks, and after the host has had
 * its chance to serve I/O. `setTimeout(0)` takes 2 ms in Deno, so it is the
 * last resort.
 */
export function hop(callback: () => void): void {
  if (host.setImmediate) host.setImmediate(callback);
  else setTimeout(callback, 0);
}

/** Reports an error that nobody awaits, as an unhandled rejection. */
export function reportUnhandled(error: unknown): void {
  Promise.reject(error);
}
