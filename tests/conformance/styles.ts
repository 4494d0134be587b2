/**
 * The styles by name.
 */
import { generatorStyle } from "./generator.ts";
import { mixedStyle } from "./mixed.ts";
import { nativeStyle } from "./native.ts";
import type { Style, StyleName } from "./style.ts";

/** The two ways to write a coroutine: what every case must pass in. */
export const STYLE_NAMES: readonly StyleName[] = ["gen", "async"];

/** Every style. */
export const STYLES: Readonly<Record<StyleName, Style>> = {
  gen: generatorStyle,
  async: nativeStyle,
  mixed: mixedStyle,
};
