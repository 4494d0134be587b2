import type { AsyncLocalStorage } from "node:async_hooks";
import type { Scope } from "./scope.ts";

/**
 * A captured async context, as `AsyncLocalStorage.snapshot()` of
 * `node:async_hooks` makes it: it calls a function inside that context.
 *
 * It is what asyncio calls `contextvars.Context`; the `context` options of
 * tasks and callbacks take one.
 */
export type Context = <R, A extends unknown[]>(
  callback: (...args: A) => R,
  ...args: A
) => R;

/** The part of AsyncLocalStorage that the loop uses. */
interface ScopeStorage {
  run<R>(scope: Scope | undefined, callback: () => R): R;
  getStore(): Scope | undefined;
}

/** Where there is no AsyncLocalStorage only generators know their task. */
const withoutStorage: ScopeStorage = {
  run: (_scope, callback) => callback(),
  getStore: () => undefined,
};

/**
 * Looks the class up without an import statement: a browser bundle has no
 * `node:async_hooks` and must still load.
 */
function createStorage(): ScopeStorage {
  const host = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  const module = host.process?.getBuiltinModule?.("node:async_hooks") as
    | { AsyncLocalStorage?: new () => AsyncLocalStorage<Scope | undefined> }
    | undefined;
  return module?.AsyncLocalStorage
    ? new module.AsyncLocalStorage()
    : withoutStorage;
}

/** Holds, in the async context of native code, the scope it runs in. */
export const scopeStorage: ScopeStorage = createStorage();
