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

/**
 * Calls back after a while, unless the process ends before: the timer does not
 * keep it alive.
 *
 * @returns What takes it back.
 */
export function quietTimer(callback: () => void, seconds: number): () => void {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  const timer = setTimeout(callback, seconds * 1000);
  deno?.unrefTimer(timer);
  return () => clearTimeout(timer);
}

/**
 * Calls back when the runtime has nothing left to do, which keeps it going for
 * another turn.
 *
 * @returns What takes it back.
 */
export function onIdle(callback: () => void): () => void {
  const listener = (event: Event): void => {
    event.preventDefault();
    callback();
  };
  globalThis.addEventListener?.("beforeunload", listener);
  return () => globalThis.removeEventListener?.("beforeunload", listener);
}

/** What a process has open from the start. */
const USUAL_RESOURCES = ["stdin", "stdout", "stderr"];

/**
 * Tells whether the process has anything open that could wake somebody, besides
 * a number of signal listeners. Where the runtime does not tell, the answer is
 * yes.
 */
export function hasForeignResources(signals: number): boolean {
  const resources = denoCore<{ resources(): Record<string, string> }>()
    ?.resources?.();
  if (resources === undefined) return true;
  const names = Object.values(resources);
  return names.filter((name) => !USUAL_RESOURCES.includes(name))
    .some((name) => name !== "signal" || --signals < 0);
}

/**
 * Tells whether timers of others are set that keep the process alive; `null`
 * where the runtime does not tell.
 */
export function hasForeignTimers(): boolean | null {
  const { process } = globalThis as {
    process?: { getActiveResourcesInfo?: () => string[] };
  };
  const active = process?.getActiveResourcesInfo?.();
  return active === undefined ? null : active.length > 0;
}

/**
 * Looks a module of the runtime up without an import statement, for a browser
 * bundle has none of them and must still load.
 *
 * @typeParam M What of the module is wanted.
 */
export function builtinModule<M>(name: string): M | undefined {
  const host = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  return host.process?.getBuiltinModule?.(name) as M | undefined;
}

/**
 * Returns what Deno is made of, if this is Deno and it is still there; nothing
 * of it is promised, so whoever uses it must do without.
 *
 * @typeParam C The part that is looked for.
 */
export function denoCore<C>(): Partial<C> | undefined {
  const host = globalThis as { Deno?: Record<PropertyKey, unknown> };
  const key = host.Deno?.["internal"] as PropertyKey | undefined;
  const internals = key === undefined ? undefined : host.Deno?.[key];
  return (internals as { core?: Partial<C> } | undefined)?.core;
}
