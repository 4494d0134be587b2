import { assert, assertMatch } from "@std/assert";
import { outputBlock, readExample } from "./examples/_output.ts";

const ROOT = new URL("../", import.meta.url);

/** The files of a folder that are programs or tests. */
async function typeScriptFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(new URL(folder, ROOT))) {
    if (isFile && name.endsWith(".ts")) names.push(name);
  }
  return names.sort();
}

const examples = await typeScriptFiles("examples/");

Deno.test("examples: each begins with what it shows and how to run it", async () => {
  for (const name of examples) {
    const source = await readExample(name);
    assertMatch(source, /^\/\*\*\n \* [A-Z]/, name);
    assertMatch(
      source,
      new RegExp(` \\* {5}deno run .*examples/${name}`),
      name,
    );
  }
});

Deno.test("examples: each ends with its output", async () => {
  for (const name of examples) {
    assert(outputBlock(await readExample(name)) !== null, name);
  }
});

Deno.test("examples: each is run by a test and listed in the README", async () => {
  const tests = await typeScriptFiles("tests/examples/");
  const readme = await readExample("README.md");
  for (const name of examples) {
    const test = name.replace(".ts", "_test.ts");
    assert(tests.includes(test), `there is no ${test}`);
    assert(readme.includes(`[${name}](${name})`), name);
  }
});

Deno.test("examples: all import the package by its name", async () => {
  for (const name of examples) {
    assertMatch(await readExample(name), /from "@asyncio\/asyncio";/, name);
  }
});
