import { assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "./_programs.ts";

const FOLDER = new URL("./programs/", import.meta.url);

function preload(name: string): string[] {
  return ["--allow-all", `--preload=${new URL(name, FOLDER).href}`];
}

const WORK = [
  "task b b1, task b b1, task a a3",
  "timed out",
  "cleaned up",
  "cancelled",
  "xy",
  "fast",
  "slow",
  "locked: true",
  "locked: false",
];

Deno.test("the program for the tests below works in Deno as it is", async () => {
  const { code, lines, stderr } = await runProgram("generators.ts");
  assertEquals([code, stderr, lines], [0, "", ["frames: true", ...WORK]]);
});

for (const name of ["without_internals.ts", "without_storage.ts"]) {
  Deno.test(`generator coroutines work ${name.replace("_", " ").slice(0, -3)}`, async () => {
    const flags = preload(name);
    const { code, lines, stderr } = await runProgram("generators.ts", {
      flags,
    });
    assertEquals([code, stderr, lines], [0, "", ["frames: false", ...WORK]]);
  });
}

Deno.test("the order is CPython's where promise reactions keep the contexts", async () => {
  const corpus = ["tasks", "taskgroups", "timeouts", "queues"].map((name) =>
    new URL(`../conformance/corpus/${name}.json`, import.meta.url).pathname
  );
  const { code, lines } = await runProgram("../../conformance/main.ts", {
    flags: preload("without_internals.ts"),
    args: corpus,
  });
  assertMatch(lines.at(-1)!, /^\d+ passed, 0 failed$/);
  assertEquals(code, 0);
});

Deno.test("contexts of a user's are kept by promise reactions", async () => {
  const { code, lines } = await runProgram("contexts.ts", {
    flags: preload("without_internals.ts"),
  });
  assertEquals([code, lines], [0, [
    "async function: creator creator creator",
    "generator: creator creator creator",
    "callback: scheduler",
    "timer: scheduler",
    "done callback: adder",
    "snapshot: snapshot",
    "outside: ",
  ]]);
});
