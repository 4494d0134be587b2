/**
 * Where the recorded cases are, and which of them a style can run.
 */
import type { Case, Scenario } from "./scenario.ts";
import type { StyleName } from "./style.ts";

/** The cases recorded from CPython: data, never edited. */
export const corpusDirectory: URL = new URL("./corpus/", import.meta.url);

/** Cases that random programs led to, recorded in the same way. */
export const findingsFile: URL = new URL("./findings.jsonl", import.meta.url);

/** Lists the files of everything that has been recorded. */
export function recordedFiles(): (string | URL)[] {
  return [...corpusFiles(corpusDirectory), findingsFile];
}

/**
 * Lists the files of a corpus.
 *
 * @param path a directory of `.json` files, or one such file
 * @returns the files, sorted by name
 */
export function corpusFiles(path: string | URL): (string | URL)[] {
  if (Deno.statSync(path).isFile) return [path];
  const names = [...Deno.readDirSync(path)].map((entry) => entry.name).filter((
    name,
  ) => name.endsWith(".json")).sort();
  return names.map((name) =>
    typeof path === "string" ? `${path}/${name}` : new URL(name, path)
  );
}

/**
 * Reads the cases of a file: a JSON list, or one JSON object per line.
 *
 * @param file the path of the file
 * @returns the cases in order
 */
export function readCases(file: string | URL): Case[] {
  const text = Deno.readTextFileSync(file);
  try {
    const data: unknown = JSON.parse(text);
    return (Array.isArray(data) ? data : [data]) as Case[];
  } catch {
    return text.split("\n").filter((line) => line.trim() !== "").map((line) =>
      JSON.parse(line) as Case
    );
  }
}

/**
 * Tells whether a style can run a scenario as CPython did.
 *
 * A task that starts eagerly runs up to its first wait inside the call that makes it. A generator can be stepped
 * there; a native async function can not be taken past its first `await`, even of something that is ready. So the
 * eager cases have one style. (What an eager start means for async functions has tests of its own.)
 *
 * @param scenario the program
 * @param style the style of its bodies
 */
export function canRun(scenario: Scenario, style: StyleName): boolean {
  return style === "gen" ||
    !(scenario.eager ||
      JSON.stringify(scenario.tasks).includes('"spawn_eager"'));
}
