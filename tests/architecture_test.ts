import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const MAX_LINES = 400;

/** Folders each folder may import values from; `import type` is free. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  loop: [],
  sync: ["loop"],
  queues: ["loop", "sync"],
  transports: ["loop"],
  streams: ["loop", "transports"],
  subprocess: ["loop", "transports", "streams"],
  telemetry: ["loop", "transports"],
};

/**
 * The files that may reach up: concrete loops, which map I/O methods onto
 * transports. VirtualTimeEventLoop is concrete too, but does no I/O.
 */
const COMPOSITION_ROOTS: readonly string[] = [
  "loop/deno_endpoints.ts",
  "loop/deno_event_loop.ts",
  "loop/deno_sockets.ts",
];

/**
 * `node:` modules that a file may import statically, each with its reason. A
 * browser bundle cannot load them: the rest ask for a module when they need it.
 */
const STATIC_NODE_IMPORTS: Record<string, string> = {};

/**
 * Parts of `Deno` that are looked at when the package is imported, each with
 * its reason. None may be needed: the package works where there is no `Deno`.
 */
const TOUCHED_AT_IMPORT: Record<string, string> = {
  "internal": "leads to the next",
  "Symbol(Deno.internal)": "async contexts switch at the cost of an assignment",
};

interface ValueImport {
  readonly target: string;
  readonly isDynamic: boolean;
}

interface Dependency {
  readonly code?: { readonly specifier?: string };
  readonly isDynamic?: boolean;
}

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly Dependency[];
}

/** Runs this very deno in the package's folder. */
async function deno(
  args: readonly string[],
  input = "",
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: text(stdout), stderr: text(stderr) };
}

/** What users import besides the folders: everything, and the tool. */
const ENTRY_POINTS = ["mod.ts", "cli.ts", "telemetry/mod.ts"];

async function readModules(entryPoint: string): Promise<readonly Module[]> {
  const { success, stdout, stderr } = await deno([
    "info",
    "--json",
    entryPoint,
  ]);
  assert(success, stderr);
  return JSON.parse(stdout).modules;
}

/** Reads what the package's modules import for its value, by their path. */
async function readValueImports(): Promise<Map<string, ValueImport[]>> {
  const imports = new Map<string, ValueImport[]>();
  const modules = await Promise.all(ENTRY_POINTS.map(readModules));
  for (const module of modules.flat()) {
    if (!module.specifier.startsWith(ROOT.href)) continue;
    const targets: ValueImport[] = [];
    for (const { code, isDynamic = false } of module.dependencies ?? []) {
      if (code?.specifier === undefined) continue;
      targets.push({ target: pathOf(code.specifier), isDynamic });
    }
    imports.set(pathOf(module.specifier), targets);
  }
  return imports;
}

/** A module's path from the root; what is not ours stays a specifier. */
function pathOf(specifier: string): string {
  return specifier.startsWith(ROOT.href)
    ? specifier.slice(ROOT.href.length)
    : specifier;
}

function isOurs(path: string): boolean {
  return !/^[a-z]+:/.test(path);
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

/** The sources of a folder that has some: not every folder is built yet. */
async function* sourceFiles(folder: string): AsyncGenerator<string> {
  const url = new URL(`${folder}/`, ROOT);
  try {
    for await (const { name } of Deno.readDir(url)) {
      if (name.endsWith(".ts")) yield `${folder}/${name}`;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const valueImports = await readValueImports();

/** Every value import between two modules of the package, as [from, to]. */
function* innerImports(): Generator<[from: string, to: string]> {
  for (const [from, targets] of valueImports) {
    for (const { target } of targets) {
      if (isOurs(target)) yield [from, target];
    }
  }
}

Deno.test("architecture: every folder is under the rules", () => {
  const folders = new Set([...valueImports.keys()].map(folderOf));
  folders.delete("");
  for (const folder of folders) {
    assert(folder in MAY_IMPORT, `${folder}/ has no row in MAY_IMPORT`);
  }
});

Deno.test("architecture: every source file is part of something that users import", async () => {
  for (const folder of Object.keys(MAY_IMPORT)) {
    for await (const path of sourceFiles(folder)) {
      assert(valueImports.has(path), `${path} is part of nothing`);
    }
  }
});

Deno.test("architecture: folders import values only downward", () => {
  for (const [from, to] of innerImports()) {
    if (COMPOSITION_ROOTS.includes(from)) continue;
    const allowed = MAY_IMPORT[folderOf(from)];
    if (allowed === undefined || folderOf(from) === folderOf(to)) continue;
    assert(allowed.includes(folderOf(to)), `${from} -> ${to}`);
  }
});

Deno.test("architecture: only the root mod.ts imports a mod.ts", () => {
  for (const [from, to] of innerImports()) {
    if (from === "mod.ts") continue;
    assert(!to.endsWith("mod.ts"), `${from} -> ${to}`);
  }
});

Deno.test("architecture: value imports have no cycle", () => {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    assert(!trail.includes(path), [...trail, path].join(" -> "));
    if (done.has(path)) return;
    for (const { target } of valueImports.get(path) ?? []) {
      if (isOurs(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of valueImports.keys()) visit(path, []);
});

Deno.test("architecture: no file is too long to read", async () => {
  for (const path of valueImports.keys()) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    const lines = text.split("\n").length - 1;
    assert(lines <= MAX_LINES, `${path} has ${lines} lines`);
  }
});

Deno.test("architecture: doc comments hide members by a line of their own", async () => {
  // Inside a sentence Deno takes the tag for text, and shows the member.
  for (const path of valueImports.keys()) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    const inline = /^.*[^*\s] +@ignore\b.*$/m.exec(text);
    assert(inline === null, `${path}: ${inline?.[0].trim()}`);
  }
});

Deno.test("architecture: the package depends on nothing but node:", () => {
  for (const [from, targets] of valueImports) {
    for (const { target, isDynamic } of targets) {
      if (isOurs(target)) continue;
      assert(target.startsWith("node:"), `${from} -> ${target}`);
      const isJustified = isDynamic || from in STATIC_NODE_IMPORTS;
      assert(isJustified, `${from} -> ${target} cannot load in a browser`);
    }
  }
});

Deno.test("architecture: static imports of node: are still needed", () => {
  for (const path of Object.keys(STATIC_NODE_IMPORTS)) {
    const targets = valueImports.get(path) ?? [];
    const isNeeded = targets.some(({ target, isDynamic }) =>
      !isDynamic && !isOurs(target)
    );
    assert(isNeeded, `${path} has a reason and no such import`);
  }
});

Deno.test("architecture: deno.json exports and links every folder", async () => {
  const config = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const expected: Record<string, string> = {
    ".": "./mod.ts",
    "./cli": "./cli.ts",
  };
  for (const [from, to] of innerImports()) {
    if (from === "mod.ts") expected[`./${folderOf(to)}`] = `./${to}`;
  }
  // Not part of the whole: nobody loads it who does not want it.
  expected["./telemetry"] = "./telemetry/mod.ts";
  assertEquals(config.exports, expected);
  const entryPoints = Object.values(expected).map((path) => path.slice(2));
  assertEquals(
    config.tasks["check:docs"].command,
    `deno doc --lint ${entryPoints.join(" ")}`,
  );
});

const USE_PACKAGE = `
  function* main() {
    const queue = new asyncio.Queue(1);
    yield* queue.put("a task");
    yield* asyncio.sleep(0.001);
    return yield* queue.get();
  }
  console.log(await asyncio.run(main));
`;

/**
 * Imports and uses the package in a child that has no permission at all.
 *
 * @param before Runs before the import, after Deno's own lazy `process` is
 * there: making that one reads parts of `Deno`.
 * @param after Runs after the import and before the use.
 */
async function importPackage(before: string, after = ""): Promise<void> {
  const script = `
    globalThis.process.getBuiltinModule("node:async_hooks");
    ${before}
    const asyncio = await import("./mod.ts");
    ${after}
    ${USE_PACKAGE}
  `;
  const args = ["run", "--no-prompt", "--no-check", "--ext=js", "-"];
  const { success, stdout, stderr } = await deno(args, script);
  assert(success, stderr);
  assertEquals(stdout.trim(), "a task");
}

Deno.test("architecture: importing the package needs no permission", async () => {
  await importPackage("");
});

Deno.test("architecture: importing the package touches no part of Deno", async () => {
  const before = `
    const touched = new Set();
    const trap = (target, name) => {
      touched.add(String(name));
      return Reflect.get(target, name);
    };
    const value = new Proxy(globalThis.Deno, { get: trap, has: trap });
    Object.defineProperty(globalThis, "Deno", { value });
  `;
  const after = `
    const allowed = new Set(${JSON.stringify(Object.keys(TOUCHED_AT_IMPORT))});
    const extra = touched.difference(allowed);
    if (extra.size > 0) throw new Error("Touched: " + [...extra]);
  `;
  await importPackage(before, after);
});

Deno.test("architecture: the package works where there is no Deno", async () => {
  await importPackage("delete globalThis.Deno;");
});

Deno.test("architecture: the package works where there is no process", async () => {
  await importPackage("delete globalThis.Deno; delete globalThis.process;");
});
