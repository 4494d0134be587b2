import type { Job } from "./job.ts";
import type { WorkReference } from "./messages.ts";

/**
 * A function that a worker can run: it uses nothing outside itself.
 *
 * @typeParam R The type of the result.
 * @typeParam A The types of the arguments.
 */
export type WorkFunction<R, A extends unknown[]> = (
  this: Job,
  ...args: A
) => R | PromiseLike<R>;

/** A module whose exports are not known. */
export type UntypedModule = Record<string, (...args: unknown[]) => unknown>;

/** The names of the functions that a module exports. */
export type WorkName<M> =
  & {
    [K in keyof M]: M[K] extends (...args: never[]) => unknown ? K : never;
  }[keyof M]
  & string;

/** The parameters of a function. */
export type WorkParameters<F> = F extends (...args: infer A) => unknown ? A
  : never;

/** What a function returns in the end. */
export type WorkResult<F> = F extends (...args: never[]) => infer R ? Awaited<R>
  : never;

/** Any function, once its types do not matter. */
export type AnyFunction = (...args: never[]) => unknown;

/** What some work is called, for reports. */
export function nameOf(work: string | AnyFunction): string {
  return typeof work === "string" ? work : work.name || "anonymous";
}

const sources = new WeakMap<AnyFunction, string>();

/**
 * Turns work to what can be sent.
 *
 * @param work The name of an export, or a function.
 * @param module The module that exports it, if there is one.
 * @throws {TypeError} If it cannot be sent.
 */
export function referTo(
  work: unknown,
  module: string | null,
): WorkReference {
  if (typeof work === "function") {
    const fn = work as AnyFunction;
    return { name: nameOf(fn), source: sourceOf(fn) };
  }
  if (typeof work !== "string") {
    throw new TypeError(
      "Cannot submit job: expected a function or the name of one, received " +
        (work === null ? "null" : typeof work),
    );
  }
  if (module !== null) return { name: work, source: null };
  throw new TypeError(
    `Cannot submit job '${work}': the executor has no module, pass a function`,
  );
}

/** Returns the text of a function, as an expression. */
function sourceOf(fn: AnyFunction): string {
  let source = sources.get(fn);
  if (source === undefined) {
    source = asExpression(fn);
    sources.set(fn, source);
  }
  return source;
}

function asExpression(fn: AnyFunction): string {
  const text = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) {
    throw refusal(fn, "it is bound or built in, and has no text");
  }
  if (/^class\b/.test(text)) throw refusal(fn, "it is a class");
  if (/^(async\s*)?function\s*\*|^(async\s*)?\*/.test(text)) {
    throw refusal(fn, "it is a generator function");
  }
  if (isExpression(text)) return text;
  // Methods lack the word `function`: as part of an object they are complete.
  const key = JSON.stringify(fn.name);
  const method = `({ ${text} })[${key}]`;
  if (fn.name !== "" && isExpression(method)) return method;
  throw refusal(fn, "its text is no function of its own");
}

/** Tells whether text is an expression, without evaluating it. */
function isExpression(text: string): boolean {
  try {
    new Function(`"use strict"; return (${text}\n);`);
    return true;
  } catch {
    return false;
  }
}

function refusal(fn: AnyFunction, reason: string): TypeError {
  return new TypeError(
    `Cannot send function '${nameOf(fn)}' to a worker: ${reason}`,
  );
}
