/**
 * Dice that fall the same way in every run of a scenario.
 */
import type { Harness } from "./harness.ts";

/** Where each run stands in its row. */
const states = new WeakMap<Harness, number>();

/**
 * Throws a die.
 *
 * @param harness the run it is thrown for
 * @param sides how many sides it has
 * @returns a whole number from 0, less than `sides`
 */
export function throwDie(harness: Harness, sides: number): number {
  const last = states.get(harness) ?? seed(harness.scenario.name);
  const next = (Math.imul(last, 1664525) + 1013904223) >>> 0;
  states.set(harness, next);
  return Math.floor(next / 2 ** 32 * sides);
}

function seed(name: string): number {
  return Array.from(name).reduce(
    (sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0,
    7,
  );
}
