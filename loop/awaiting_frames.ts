import { framesOfUser, linesOfStack, noteStack } from "./creation_site.ts";

/** How many frames are asked for. */
const DEPTH = 24;

const resolved = Promise.resolve();

/** Errors whose stack tells already who waited. */
const told = new WeakSet<Error>();

/**
 * Fails native code with an error whose stack tells the async functions that
 * waited, for debug mode.
 *
 * V8 knows them, but shows them only in the reaction of a promise that they
 * wait for. So the error passes through one: the functions that V8 gave to
 * `then` lead it from there to those who wait.
 */
export function failWithFrames<F, R>(
  error: Error,
  onFulfilled: (value: never) => F | PromiseLike<F>,
  onRejected: (reason: unknown) => R | PromiseLike<R>,
): Promise<F | R> {
  return resolved.then((): never => {
    if (!told.has(error)) addFrames(error);
    throw error;
  }).then(onFulfilled, onRejected);
}

/** Adds the frames to the stack, as text only when somebody reads it. */
function addFrames(error: Error): void {
  told.add(error);
  const own = Object.getOwnPropertyDescriptor(error, "stack");
  // The stack of a frozen error, or one that is text already, stays as it is.
  if (own?.get === undefined || !own.configurable) return;
  const { get } = own;
  const here = noteStack(DEPTH);
  let stack: string | undefined;
  Object.defineProperty(error, "stack", {
    ...own,
    get: () => stack ??= joined(String(get.call(error)), here),
    set: (value) => stack = value,
  });
}

function joined(stack: string, here: Error): string {
  const lines = framesOfUser(linesOfStack(here))
    .filter((frame) => !stack.includes(frame))
    .map((frame) => `\n    at async ${frame}`);
  return stack + lines.join("");
}

/**
 * Tells which async functions stand in the `await` whose callbacks these are,
 * innermost first: a line for each, such as "worker (file:///.../main.ts:12:5)".
 *
 * They do not notice: what leads to them is a promise that is never settled.
 */
export async function awaitingFrames(
  onFulfilled: (value: never) => unknown,
  onRejected: (reason: unknown) => unknown,
): Promise<string[]> {
  let lines: string[] = [];
  resolved.then(() => {
    lines = linesOfStack(noteStack(DEPTH));
    return new Promise<never>(() => {});
  }).then(onFulfilled, onRejected);
  await resolved;
  return framesOfUser(lines);
}
