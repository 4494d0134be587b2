import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";

function pipeline(...args: string[]): Child {
  return new Child(Deno.execPath(), [
    "run",
    "--quiet",
    "--no-prompt",
    "--allow-run=/bin/sh",
    "examples/pipeline.ts",
    ...args,
  ]);
}

Deno.test("examples/pipeline.ts ends when the second program has ended", async () => {
  await using child = pipeline();
  const { code, stdout, stderr } = await child.end();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await assertOutput("pipeline.ts", stdout);
});

Deno.test("examples/pipeline.ts passes everything on", async () => {
  await using child = pipeline("seq 100000", "wc -c");
  const { stdout } = await child.end();
  assertEquals(stdout.split("\n")[0]?.trim(), "588895");
});

Deno.test("examples/pipeline.ts is ended by Ctrl-C, with both programs", async () => {
  await using child = pipeline("echo ready; exec sleep 1000", "cat");
  await child.waitFor(/ready\n/);
  const { code, stderr } = await child.interrupt();
  assertEquals(code, 130);
  assertEquals(stderr, "KeyboardInterrupt: Ctrl-C ended the main task\n");
});
