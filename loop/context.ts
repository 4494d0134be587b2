import type { AsyncLocalStorage } from "node:async_hooks";
import { NotImplementedError } from "./errors.ts";
import { type Frame, frames, scopeIn, withScope } from "./frames.ts";
import { builtinModule } from "./host.ts";
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
  run<R, A extends unknown[]>(
    scope: Scope | undefined,
    callback: (...args: A) => R,
    ...args: A
  ): R;
  getStore(): Scope | undefined;
}

function storageOver(access: NonNullable<typeof frames>): ScopeStorage {
  return {
    run(scope, callback, ...args) {
      const outer = access.getAsyncContext();
      access.setAsyncContext(withScope(outer, scope));
      try {
        return callback(...args);
      } finally {
        access.setAsyncContext(outer);
      }
    },
    getStore: () => scopeIn(access.getAsyncContext()),
  };
}

/** Where there is no AsyncLocalStorage only generators know their task. */
const withoutStorage: ScopeStorage = {
  run: (_scope, callback, ...args) => callback(...args),
  getStore: () => undefined,
};

/** The class as the loop uses it. */
interface StorageClass {
  new (): AsyncLocalStorage<Scope | undefined>;
  snapshot(): Context;
}

function findStorageClass(): StorageClass | undefined {
  const name = "node:async_hooks";
  return builtinModule<{ AsyncLocalStorage?: StorageClass }>(name)
    ?.AsyncLocalStorage;
}

function createStorage(): ScopeStorage {
  const storage = findStorageClass();
  return storage === undefined ? withoutStorage : new storage();
}

/** Holds, in the async context of native code, the scope it runs in. */
export const scopeStorage: ScopeStorage = frames === null
  ? createStorage()
  : storageOver(frames);

let captured: () => void;
function capture(resolve: () => void): void {
  captured = resolve;
}

/**
 * Keeps the current async context by a promise reaction.
 *
 * @returns A function that makes `callback` run in that context, in a
 * microtask.
 */
export function react(callback: () => void): () => void {
  new Promise<void>(capture).then(callback);
  return captured;
}

/**
 * Captures the current async context, with the user's values but outside any
 * task: what the callbacks of a connection run in.
 */
export function captureContext(): Context {
  if (frames === null) {
    const storage = findStorageClass();
    if (storage === undefined) return (callback, ...args) => callback(...args);
    return scopeStorage.run(undefined, () => storage.snapshot());
  }
  return contextOf(withScope(frames.getAsyncContext(), undefined));
}

/**
 * Makes a context of a frame.
 *
 * @throws {NotImplementedError} Where the runtime has no frames.
 */
export function contextOf(frame: Frame): Context {
  if (frames === null) {
    throw new NotImplementedError(
      "Cannot get context: this runtime does not tell it",
    );
  }
  const { getAsyncContext, setAsyncContext } = frames;
  return (callback, ...args) => {
    const outer = getAsyncContext();
    setAsyncContext(frame);
    try {
      return callback(...args);
    } finally {
      setAsyncContext(outer);
    }
  };
}
