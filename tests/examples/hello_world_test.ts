import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";

Deno.test("examples/hello_world.ts needs no permission", async () => {
  await using child = new Child(Deno.execPath(), [
    "run",
    "--quiet",
    "--no-prompt",
    "examples/hello_world.ts",
  ]);
  const { code, stdout, stderr } = await child.end();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await assertOutput("hello_world.ts", stdout);
});
