/** Chooses errors: by class, or by a function. */
export type ErrorCondition =
  // deno-lint-ignore no-explicit-any
  | (abstract new (...args: any[]) => unknown)
  | ((error: unknown) => boolean);

/**
 * Several errors thrown as one, such as those of the tasks of a group. Groups
 * can hold groups.
 *
 * @example Handling one kind and throwing the rest on
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * const group = new asyncio.ExceptionGroup("two", [
 *   new RangeError("a"),
 *   new TypeError("b"),
 * ]);
 * const { match, rest } = group.split(RangeError);
 * assert.equal(match?.errors.length, 1);
 * assert.ok(rest?.errors[0] instanceof TypeError);
 * ```
 */
export class ExceptionGroup extends AggregateError {
  /** The name of the class, as printed before the message. */
  override name = "ExceptionGroup";

  /**
   * Creates a group.
   *
   * @param message What the errors have in common.
   * @param errors The errors, at least one.
   * @throws {RangeError} If there is no error.
   */
  constructor(message: string, errors: Iterable<unknown>) {
    super(errors, message);
    if (this.errors.length === 0) {
      throw new RangeError("Cannot create ExceptionGroup: no errors given");
    }
  }

  /**
   * Returns the group reduced to the errors that are chosen, nested groups
   * included.
   *
   * @param condition A class, or a function of an error.
   * @returns A group of the same shape, or `null` if none is chosen.
   */
  subgroup(condition: ErrorCondition): ExceptionGroup | null {
    return this.split(condition).match;
  }

  /**
   * Divides the group into the errors that are chosen and the others.
   *
   * @param condition A class, or a function of an error.
   * @returns Two groups of the same shape, `null` where one would be empty.
   */
  split(
    condition: ErrorCondition,
  ): { match: ExceptionGroup | null; rest: ExceptionGroup | null } {
    const chosen = asPredicate(condition);
    if (chosen(this)) return { match: this, rest: null };
    const match: unknown[] = [];
    const rest: unknown[] = [];
    for (const error of this.errors) {
      if (error instanceof ExceptionGroup) {
        const parts = error.split(chosen);
        if (parts.match) match.push(parts.match);
        if (parts.rest) rest.push(parts.rest);
      } else (chosen(error) ? match : rest).push(error);
    }
    return { match: this.#derive(match), rest: this.#derive(rest) };
  }

  /**
   * Returns the error itself if the group, and every group in it, holds just
   * one; the group otherwise.
   *
   * @returns The only error, or this group.
   */
  unwrap(): unknown {
    if (this.errors.length !== 1) return this;
    const [only] = this.errors;
    return only instanceof ExceptionGroup ? only.unwrap() : only;
  }

  /**
   * Describes the group as a tree, one error a line.
   *
   * @returns The message, then each error, nested ones indented.
   */
  override toString(): string {
    const lines = this.errors.flatMap((error) =>
      String(error).split("\n").map((line) => `  ${line}`)
    );
    return [`${this.name}: ${this.message}`, ...lines].join("\n");
  }

  #derive(errors: unknown[]): ExceptionGroup | null {
    if (errors.length === 0) return null;
    const group = new ExceptionGroup(this.message, errors);
    if (this.cause !== undefined) group.cause = this.cause;
    return group;
  }
}

function asPredicate(condition: ErrorCondition): (error: unknown) => boolean {
  const { prototype } = condition as { prototype?: unknown };
  if (condition === Error || prototype instanceof Error) {
    return (error) =>
      error instanceof (condition as abstract new () => unknown);
  }
  return condition as (error: unknown) => boolean;
}
