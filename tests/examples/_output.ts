import { assertMatch } from "@std/assert";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** Returns the text of an example. */
export function readExample(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, EXAMPLES));
}

/** Returns the `// Output:` block that an example ends with, or `null`. */
export function outputBlock(source: string): string | null {
  const match = /\n\/\/ Output:\n((?:\/\/.*\n)+)$/.exec(source);
  return match && match[1]!.replaceAll(/^\/\/ ?/gm, "");
}

/** Checks what an example printed; a word in braces stands for any text. */
export async function assertOutput(path: string, actual: string) {
  const expected = outputBlock(await readExample(path));
  if (expected === null) throw new Error(`${path} does not tell its output`);
  const pattern = RegExp.escape(expected.trimEnd())
    .replaceAll(/\\\{[a-z]+\\\}/g, ".+");
  assertMatch(actual.trimEnd(), new RegExp(`^${pattern}$`));
}
