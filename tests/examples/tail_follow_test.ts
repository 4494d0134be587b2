import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";

Deno.test("examples/tail_follow.ts reads a file as it grows", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "one\ntwo\n");
    await using child = new Child(Deno.execPath(), [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-run=tail",
      "examples/tail_follow.ts",
      "--idle",
      "0.2",
      path,
    ]);
    await child.waitFor(/nothing new for 0.2 s\)\n/);
    await Deno.writeTextFile(path, "three\n", { append: true });
    await child.waitFor(/three\n/);
    const { code, stdout } = await child.interrupt();
    assertEquals(code, 130);
    await assertOutput("tail_follow.ts", stdout);
  } finally {
    await Deno.remove(path);
  }
});
