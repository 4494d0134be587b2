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

/**
 * Calls back at every signal of a kind, such as SIGINT for Ctrl-C.
 *
 * @returns What ends it, or `null` where there are no signals.
 */
export function onSignal(
  signal: Deno.Signal,
  callback: () => void,
): (() => void) | null {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  if (deno?.addSignalListener === undefined) return null;
  deno.addSignalListener(signal, callback);
  return () => deno.removeSignalListener(signal, callback);
}

/**
 * Calls back when the process ends by itself, for last words.
 *
 * @returns What takes it back.
 */
export function onExit(callback: () => void): () => void {
  globalThis.addEventListener?.("unload", callback);
  return () => globalThis.removeEventListener?.("unload", callback);
}

/** What a process has open from the start, and what does not serve anybody. */
const USUAL_RESOURCES = ["stdin", "stdout", "stderr", "signal"];

/**
 * Tells whether the process has anything open that is not known to be idle.
 * Where the runtime does not tell, the answer is yes.
 */
export function hasForeignResources(): boolean {
  const resources = internals()?.core?.resources?.();
  if (resources === undefined) return true;
  return Object.values(resources).some((name) =>
    !USUAL_RESOURCES.includes(name)
  );
}

interface Internals {
  core?: { resources?: () => Record<string, string> };
}

function internals(): Internals | undefined {
  const host = globalThis as { Deno?: Record<PropertyKey, unknown> };
  const key = host.Deno?.["internal"] as PropertyKey | undefined;
  return key === undefined ? undefined : host.Deno?.[key] as Internals;
}
