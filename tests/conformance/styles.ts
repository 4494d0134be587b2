/**
 * The styles by name.
 */
import { busyStyle } from "./busy.ts";
import { generatorStyle } from "./generator.ts";
import { mixedStyle } from "./mixed.ts";
import { nativeStyle } from "./native.ts";
import type { Style, StyleName } from "./style.ts";

/** The two ways to write a coroutine: what every case must pass in. */
export const STYLE_NAMES: readonly StyleName[] = ["gen", "async"];

/** Every style; the others are harder variants of these two. */
export const STYLES: Readonly<Record<StyleName, Style>> = {
  gen: generatorStyle,
  async: nativeStyle,
  busy: busyStyle,
  mixed: mixedStyle,
};
