import { assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram } from "./_programs.ts";

// Programs without a run(): the runtime turns the policy's loop, and the
// process ends by itself when nothing is left. See programs/hosted.ts.

const EXPECTED: Record<string, string[]> = {
  queue: ["got 0", "got 1", "got 2"],
  host: ["from the host"],
  bodies: ["locked", "TimeoutError", "free: true, task: null"],
  callbacks: ["end of script", "soon, true", "later"],
  task: ["end of script", "task ended, background"],
  stuck: ["end of script"],
  mixed: ["true, true"],
  order: [
    "callback 1",
    "top level 1",
    "callback 2",
    "top level 2",
    "callback 3",
    "top level 3",
  ],
};

for (const [name, lines] of Object.entries(EXPECTED)) {
  Deno.test(`a program without run() works and ends by itself (${name})`, async () => {
    const ending = await runProgram("hosted.ts", { args: [name] });
    assertEquals(ending, { code: 0, signal: null, lines, stderr: "" });
  });
}

Deno.test("a program without run() fails with its own error", async () => {
  const { code, stderr } = await runProgram("hosted.ts", { args: ["failing"] });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "RangeError: at the top level");
});

Deno.test("a program without run() reports the errors of tasks at its end (F7)", async () => {
  const { code, stderr } = await runProgram("hosted.ts", { args: ["lost"] });
  assertStringIncludes(stderr, "Task exception was never retrieved");
  assertStringIncludes(stderr, "RangeError: lost");
  assertEquals(code, 0);
});

Deno.test("a program without run() needs no permission", async () => {
  const options = { flags: ["--no-prompt"], args: ["queue"] };
  const { code, lines, stderr } = await runProgram("hosted.ts", options);
  assertEquals([code, lines, stderr], [0, EXPECTED["queue"], ""]);
});
