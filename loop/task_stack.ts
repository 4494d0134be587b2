import type { CoroutineLike } from "./awaitables.ts";
import { ANONYMOUS, describeValue, GENERATOR } from "./inspect.ts";
import type { Strand } from "./strand.ts";

/** The main strand of a task and what it was created with. */
interface Body {
  readonly strand: Strand<unknown>;
  readonly source: CoroutineLike<unknown>;
}

/**
 * Tells what a pending task is doing, innermost first: what it waits for, then
 * where its generators stand, then its function. V8 tells of generators only.
 */
export function stackOf({ strand, source }: Body): string[] {
  const { waits } = strand.scope.task;
  const own = strand.frames();
  const stack = [waits.describe(), ...waits.frames(strand), ...own];
  // The outermost generator is the function itself.
  if (own.length === 0) stack.push(describeValue(source));
  return stack.filter((line) => line !== "");
}

/**
 * Describes what a task was created with. A generator object, or a function
 * without a name that returned one, does not tell what runs; V8 does while it
 * stands in a wait.
 */
export function describeSource({ strand, source }: Body): string {
  const given = describeValue(source);
  if (given !== GENERATOR && given !== ANONYMOUS) return given;
  const frame = strand.frames().at(-1);
  return frame === undefined ? given : nameOfFrame(frame);
}

/** Returns the function of a line of a stack, without its place. */
export function nameOfFrame(frame: string): string {
  const [, name, place] = /^(.*?) ?\(?(\w+:\/\/.*)?$/.exec(frame) ?? [];
  return place === undefined ? frame : name || ANONYMOUS;
}
