/**
 * What runs in the workers and child processes of the executors.
 *
 * It is sent to them as text, see `remote_script.ts`. So nothing in this file
 * may use anything outside it but what every worker has, and only the names of
 * other functions of this file: types are all it imports.
 *
 * @module
 */

import type { EncodedError, JobMessage, Outcome } from "./messages.ts";

/** Takes an error apart, for it to be put together in another thread. */
export function encodeError(thrown: unknown, depth = 0): EncodedError {
  if (!(thrown instanceof Error)) {
    const value = isCloneable(thrown) ? thrown : String(thrown);
    return { classes: [], value, name: "", message: "", fields: {} };
  }
  const error = thrown as Error & { errors?: unknown };
  const { name, message, cause, errors } = error;
  return {
    classes: classNames(error),
    name: String(name),
    message: String(message),
    stack: ownFrames(error.stack),
    fields: copyFields(error),
    // A cause can be its own cause.
    ...(cause === undefined || depth > 7
      ? {}
      : { cause: encodeError(cause, depth + 1) }),
    ...(!Array.isArray(errors) || depth > 7
      ? {}
      : { errors: errors.map((error) => encodeError(error, depth + 1)) }),
  };
}

/** Lists the class of an object and those it extends. */
export function classNames(value: object): string[] {
  const names: string[] = [];
  let prototype = Object.getPrototypeOf(value);
  while (prototype !== null && prototype !== Object.prototype) {
    names.push(String(prototype.constructor?.name));
    prototype = Object.getPrototypeOf(prototype);
  }
  return names;
}

/** Copies what an error has of its own beside the usual. */
export function copyFields(error: Error): Record<string, unknown> {
  const usual = ["name", "message", "stack", "cause", "errors"];
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (!usual.includes(key) && isCloneable(value)) fields[key] = value;
  }
  const { code } = error as { code?: unknown };
  if (code !== undefined && isCloneable(code)) fields["code"] = code;
  return fields;
}

/** Tells whether a value can be sent. */
export function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** Cuts a stack where the frames of this file begin. */
export function ownFrames(stack: string | undefined): string | undefined {
  const lines = stack?.split("\n");
  const end = lines?.findIndex((line) => /^ +at .*data:text\/j/.test(line));
  return end === -1 ? stack : lines?.slice(0, end).join("\n");
}

/** The job as its function sees it. */
export class RemoteJob {
  readonly name: string;
  readonly #isCancelled: () => boolean;
  #controller: AbortController | null = null;

  constructor(name: string, isCancelled: () => boolean) {
    this.name = name;
    this.#isCancelled = isCancelled;
  }

  get cancelled(): boolean {
    return this.#isCancelled();
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.cancelled) this.abort();
    return this.#controller.signal;
  }

  throwIfCancelled(): void {
    if (this.cancelled) throw this.#reason();
  }

  transfer<T>(value: T, transferables?: Transferable[]): T {
    const view = value as ArrayBufferView;
    const found = ArrayBuffer.isView(view) ? view.buffer : view;
    markedTransfers().set(
      value as object,
      transferables ?? [found as unknown as Transferable],
    );
    return value;
  }

  /** The job was cancelled. */
  abort(): void {
    this.#controller?.abort(this.#reason());
  }

  #reason(): DOMException {
    return new DOMException(`Job '${this.name}' was cancelled`, "AbortError");
  }
}

/** What `transfer()` has marked. */
export function markedTransfers(): WeakMap<object, Transferable[]> {
  const shared = globalThis as unknown as Record<symbol, unknown>;
  const key = Symbol.for("asyncio.transfers");
  shared[key] ??= new WeakMap();
  return shared[key] as WeakMap<object, Transferable[]>;
}

/** Finds what is to be moved of a result. */
export function transferablesOfResult(outcome: Outcome): Transferable[] {
  const value = outcome.ok ? outcome.value : null;
  if (typeof value !== "object" || value === null) return [];
  if (value instanceof MessagePort) return [value];
  return markedTransfers().get(value) ?? [];
}

/** Makes a function of its text. */
export function compile(name: string, source: string): unknown {
  const code = `"use strict"; return (${source}\n);`;
  return new Function(`${code}\n//# sourceURL=asyncio:${encodeURI(name)}`)();
}

/** Makes what finds the functions of jobs. */
export function workFinder(
  module: string | null,
): (job: JobMessage) => Promise<unknown> {
  const compiled = new Map<string, unknown>();
  // An import takes its time, even of a module that is loaded.
  let exported: Record<string, unknown> | undefined;
  return async ({ name, source }) => {
    if (source === null) {
      exported ??= await import(module!) as Record<string, unknown>;
      const work = exported[name];
      if (typeof work === "function") return work;
      throw new TypeError(
        `Cannot run job '${name}': ${module} exports no such function`,
      );
    }
    if (!compiled.has(source)) compiled.set(source, compile(name, source));
    return compiled.get(source);
  };
}

/** Runs a job. */
export async function runJob(
  remote: RemoteJob,
  job: JobMessage,
  findWork: (job: JobMessage) => Promise<unknown>,
): Promise<Outcome> {
  const shared = globalThis as unknown as Record<symbol, unknown>;
  const key = Symbol.for("asyncio.currentJob");
  try {
    const work = await findWork(job) as (...args: unknown[]) => unknown;
    // Loading the module may have taken long.
    remote.throwIfCancelled();
    shared[key] = remote;
    // Functions of a module know nothing of us, others cannot import anything.
    const receiver = job.source === null ? undefined : remote;
    return { ok: true, value: await work.apply(receiver, [...job.args]) };
  } catch (error) {
    return { ok: false, error: encodeError(explainClosure(job, error)) };
  } finally {
    shared[key] = undefined;
  }
}

/** Tells what is wrong with a function that needed what it left behind. */
export function explainClosure(job: JobMessage, error: unknown): unknown {
  if (job.source === null || !(error instanceof ReferenceError)) return error;
  const name = /^(\S+) is not defined$/.exec(error.message)?.[1];
  if (name === undefined) return error;
  return new TypeError(
    `Cannot run function '${job.name}' in a worker: it uses '${name}', which ` +
      "is outside of it, pass that as an argument or use a module",
    { cause: error },
  );
}

/** Makes the outcome of a job whose result cannot be sent. */
export function refuseResult(job: JobMessage, cause: unknown): Outcome {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `Cannot send result of job '${job.name}': ${reason}`;
  return { ok: false, error: encodeError(new TypeError(message, { cause })) };
}

/** Tells why the worker or process ends: its pool would not know. */
export function announceDeath(
  tell: (thrown: unknown, silent: boolean) => void,
): void {
  globalThis.addEventListener("error", ({ error }) => tell(error, false));
  globalThis.addEventListener(
    "unhandledrejection",
    ({ reason }) => tell(reason, false),
  );
  const worker = globalThis as unknown as { close(): void };
  const { close } = worker;
  worker.close = () => {
    tell(new Error("close() was called"), true);
    close.call(worker);
  };
  const { Deno: deno } = globalThis as { Deno?: { exit(code?: number): void } };
  if (deno === undefined) return;
  const { exit } = deno;
  deno.exit = (code) => {
    tell(new Error(`Deno.exit(${code ?? ""}) was called`), true);
    exit.call(deno, code);
  };
}
