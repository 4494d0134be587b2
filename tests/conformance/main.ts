/**
 * Runs recorded cases and compares their traces with CPython's.
 *
 *     deno task conformance [--style gen|async|busy|mixed] [--debug] [--only NAME] [FILE|DIRECTORY]...
 *
 * Without --style every case runs in both styles. NAME is a part of a case's name. The last line is
 * "N passed, N failed"; the exit code is 1 if any failed.
 */
import { compare, formatMismatch, type Verdict } from "./compare.ts";
import { canRun, corpusFiles, readCases, recordedFiles } from "./corpus.ts";
import { runScenario } from "./run_scenario.ts";
import type { StyleName } from "./style.ts";
import { STYLE_NAMES, STYLES } from "./styles.ts";

interface Settings {
  styles: readonly StyleName[];
  debug: boolean;
  only: string;
  files: (string | URL)[];
}

type Counts = Record<Verdict, number>;

if (import.meta.main) Deno.exit(await main(Deno.args) ? 0 : 1);

/** Runs what the command line asks for, and tells whether all of it passed. */
async function main(words: readonly string[]): Promise<boolean> {
  const settings = parse(words);
  const total = noCounts();
  for (const style of settings.styles) {
    const counts = noCounts();
    for (const file of settings.files) {
      await runFile(file, style, settings, counts);
    }
    console.log(`${style}: ${summary(counts)}`);
    for (const verdict of Object.keys(total) as Verdict[]) {
      total[verdict] += counts[verdict];
    }
  }
  const failed = failures(total);
  console.log(`${total.PASS} passed, ${failed} failed`);
  return failed === 0 && total.PASS > 0;
}

async function runFile(
  file: string | URL,
  style: StyleName,
  settings: Settings,
  counts: Counts,
): Promise<void> {
  for (const recorded of readCases(file)) {
    const { scenario } = recorded;
    if (!scenario.name.includes(settings.only) || !canRun(scenario, style)) {
      continue;
    }
    const run = await runScenario(scenario, { style, debug: settings.debug });
    const comparison = compare(recorded, run);
    counts[comparison.verdict]++;
    if (comparison.verdict === "PASS") continue;
    console.log(
      `${comparison.verdict} ${style}: ${scenario.name}\n${
        formatMismatch(recorded, run, comparison)
      }\n`,
    );
  }
}

function parse(words: readonly string[]): Settings {
  const settings: Settings = {
    styles: STYLE_NAMES,
    debug: false,
    only: "",
    files: [],
  };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--debug") settings.debug = true;
    else if (word === "--only") settings.only = rest.shift() ?? "";
    else if (word === "--style") settings.styles = [styleNamed(rest.shift())];
    else if (word.startsWith("--")) {
      throw new TypeError(`Cannot read option "${word}": it is unknown`);
    } else settings.files.push(...corpusFiles(word));
  }
  if (settings.files.length === 0) settings.files = recordedFiles();
  return settings;
}

function styleNamed(word: string | undefined): StyleName {
  const style = Object.values(STYLES).find(({ name }) => name === word)?.name;
  if (style === undefined) {
    throw new TypeError(
      `Cannot use style "${word}": expected one of ${
        Object.keys(STYLES).join(", ")
      }`,
    );
  }
  return style;
}

function noCounts(): Counts {
  return { PASS: 0, ORDER: 0, UNRETRIEVED: 0, FAIL: 0 };
}

function failures(counts: Counts): number {
  return counts.ORDER + counts.UNRETRIEVED + counts.FAIL;
}

function summary(counts: Counts): string {
  const kinds = failures(counts) === 0
    ? ""
    : ` (order ${counts.ORDER}, unretrieved ${counts.UNRETRIEVED}, fail ${counts.FAIL})`;
  return `${counts.PASS} passed, ${failures(counts)} failed${kinds}`;
}
