/**
 * Scenarios written as async functions that have more to do than to wait for
 * the library: between their steps they await promises that are settled, up to
 * two hundred in a row. The loop must wait for them before it goes on.
 */
import { throwDie } from "./dice.ts";
import type { Harness } from "./harness.ts";
import { nativeStyle } from "./native.ts";
import type { Style } from "./style.ts";

/** Microtask turns before a step: mostly none, some, or more than the loop is patient for. */
const TURNS = [0, 0, 0, 1, 2, 7, 20, 40, 200];

/** Bodies as async functions that take turns of their own. */
export const busyStyle: Style = { ...nativeStyle, name: "busy", pause };

async function pause(harness: Harness): Promise<void> {
  const turns = TURNS[throwDie(harness, TURNS.length)]!;
  for (let turn = 0; turn < turns; turn++) await null;
}
