/**
 * Scenarios in which every list of steps is a generator function or an async function, as a die decides: generators
 * inside async functions inside generators.
 */
import { generatorStyle } from "./generator.ts";
import type { Harness } from "./harness.ts";
import { nativeStyle } from "./native.ts";
import type { Style } from "./style.ts";

/** Bodies of both kinds, the same ones in every run of a scenario. */
export const mixedStyle: Style = {
  name: "mixed",
  task: (harness, body, name) => choose(harness).task(harness, body, name),
  inline: (harness, body) => choose(harness).inline(harness, body),
  walk: (harness, steps, handling) =>
    choose(harness).walk(harness, steps, handling),
};

/** Where each run stands in its row of dice. */
const states = new WeakMap<Harness, number>();

function choose(harness: Harness): Style {
  const last = states.get(harness) ?? seed(harness.scenario.name);
  const next = (Math.imul(last, 1664525) + 1013904223) >>> 0;
  states.set(harness, next);
  return next >>> 31 === 0 ? generatorStyle : nativeStyle;
}

function seed(name: string): number {
  return Array.from(name).reduce(
    (sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0,
    7,
  );
}
