import { type Context, scopeStorage } from "../loop/context.ts";

const host = globalThis as {
  process?: { getBuiltinModule?: (name: string) => unknown };
};
const contexts = host.process?.getBuiltinModule?.("node:async_hooks") as
  | { AsyncLocalStorage?: { snapshot(): Context } }
  | undefined;

/** Where there are no async contexts, there is only one. */
const onlyContext: Context = (callback, ...args) => callback(...args);

/**
 * Captures the running async context, with the user's values but outside any
 * task: what the callbacks of a connection run in.
 */
export function captureCallbackContext(): Context {
  const storage = contexts?.AsyncLocalStorage;
  if (storage === undefined) return onlyContext;
  return scopeStorage.run(undefined, () => storage.snapshot());
}
