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

/**
 * Tells whether ASYNCIO_DEBUG asks for debug mode. Without permission to read
 * the environment the answer is no: asking would stop the program at a prompt.
 */
export function debugByDefault(): boolean {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  const variable = "ASYNCIO_DEBUG";
  const permission = deno?.permissions?.querySync?.({ name: "env", variable });
  if (permission?.state !== "granted") return false;
  return !["", "0", undefined].includes(deno!.env.get(variable));
}
