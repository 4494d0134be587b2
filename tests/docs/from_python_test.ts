import { assert, assertEquals } from "@std/assert";

const PAGE = new URL("../../docs/from-python.md", import.meta.url);

/** Runs every block, each in a namespace of its own, and says which failed. */
const RUN_BLOCKS = `
import json, sys, traceback
for title, block in json.load(sys.stdin):
    try:
        exec(compile(block, title, "exec"), {"__name__": "block"})
    except BaseException:
        print(title, traceback.format_exc(), sep="\\n")
`;

/** Since 3.13 a queue can be shut down and `as_completed` can be iterated. */
const IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 13))";

async function run(command: string, args: string[], input = "") {
  const process = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await process.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

async function findPython(): Promise<string | null> {
  for (const command of ["python3", "python3.14", "python3.13"]) {
    try {
      const { code } = await run(command, ["-c", IS_NEW_ENOUGH]);
      if (code === 0) return command;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

/** The programs of the page, by their headings. */
function sections(page: string): Map<string, string> {
  const numbered = page.split(/^## (?=\d+\. )/m).slice(1);
  return new Map(
    numbered.map((section) => [section.split("\n", 1)[0]!, section]),
  );
}

function blocks(section: string, language: string): string[] {
  const fence = new RegExp("^```" + language + "\n([^]*?)^```$", "gm");
  return [...section.matchAll(fence)].map(([, block]) => block!);
}

const page = await Deno.readTextFile(PAGE);
const python = await findPython();
if (python === null) {
  console.log(
    "Skipping the Python programs: there is no CPython 3.13 or newer",
  );
}

Deno.test("docs/from-python.md shows each program in both languages", () => {
  const found = sections(page);
  assert(found.size >= 20);
  for (const [title, section] of found) {
    assertEquals(blocks(section, "python").length, 1, title);
    assertEquals(blocks(section, "ts").length, 1, title);
  }
});

Deno.test({
  name: "docs/from-python.md has Python programs that run on CPython",
  ignore: python === null,
  fn: async () => {
    const programs = [...sections(page)].map(([title, section]) => [
      title,
      blocks(section, "python")[0],
    ]);
    const input = JSON.stringify(programs);
    const { code, stdout } = await run(python!, ["-c", RUN_BLOCKS], input);
    assertEquals({ code, stdout }, { code: 0, stdout: "" });
  },
});
