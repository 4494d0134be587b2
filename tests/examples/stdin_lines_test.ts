import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";

Deno.test("examples/stdin_lines.ts counts what it is given", async () => {
  await using child = Child.example("stdin_lines.ts");
  await child.write("one\ntwo\n");
  await child.write("three\n");
  const { code, stdout, stderr } = await child.end();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await assertOutput("stdin_lines.ts", stdout);
});

Deno.test("examples/stdin_lines.ts tells how far it is, and ends on Ctrl-C", async () => {
  await using child = Child.example("stdin_lines.ts");
  await child.write("one\n");
  await child.waitFor(/1 lines so far/);
  const { code } = await child.interrupt();
  assertEquals(code, 130);
});
