import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";

Deno.test("examples/cpu_work.ts counts primes, and stops in time", async () => {
  await using child = new Child(Deno.execPath(), [
    "run",
    "--quiet",
    "--no-prompt",
    "--allow-read",
    "examples/cpu_work.ts",
  ]);
  const { code, stdout, stderr } = await child.end();
  // No warning either: the job that took too long has stopped.
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await assertOutput("cpu_work.ts", stdout);
});
