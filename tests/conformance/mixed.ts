/**
 * Scenarios in which every list of steps is a generator function or an async
 * function, as a die decides: generators inside async functions inside
 * generators.
 */
import { throwDie } from "./dice.ts";
import { generatorStyle } from "./generator.ts";
import type { Harness } from "./harness.ts";
import { nativeStyle } from "./native.ts";
import type { Style } from "./style.ts";

/** Bodies of both kinds. */
export const mixedStyle: Style = {
  name: "mixed",
  task: (harness, body, name) => choose(harness).task(harness, body, name),
  inline: (harness, body) => choose(harness).inline(harness, body),
  walk: (harness, steps, handling) =>
    choose(harness).walk(harness, steps, handling),
};

function choose(harness: Harness): Style {
  return throwDie(harness, 2) === 0 ? generatorStyle : nativeStyle;
}
