import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { SCRIPT, testWith } from "./_tools.ts";

const RUN = [
  "run",
  "--quiet",
  "--no-prompt",
  "--allow-run=/bin/sh",
  "examples/process_pool.ts",
];

Deno.test("examples/process_pool.ts runs all commands and tells of failures", async () => {
  await using child = new Child(Deno.execPath(), RUN);
  const { code, stdout, stderr } = await child.end();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await assertOutput("process_pool.ts", stdout);
});

Deno.test("examples/process_pool.ts runs as many at once as it is told", async () => {
  const commands = Array<string>(4).fill("sleep 0.2");
  const started = performance.now();
  await using child = new Child(Deno.execPath(), [
    ...RUN,
    "--jobs",
    "2",
    ...commands,
  ]);
  const { stdout } = await child.end();
  assertEquals(stdout, "4 succeeded\n");
  assertEquals(performance.now() - started >= 400, true);
});

await testWith(
  SCRIPT,
  "examples/process_pool.ts rewrites one line on a terminal",
  async () => {
    await using terminal = new Child("script", [
      "--quiet",
      "--return",
      "--command",
      `'${Deno.execPath()}' ${RUN.join(" ")} 'sleep 0.1' 'sleep 0.2'`,
      "/dev/null",
    ]);
    const clearLine = RegExp.escape("\r\u001b[K");
    await terminal.waitFor(RegExp(`${clearLine}0/2  sleep 0.1 \\| sleep 0.2`));
    await terminal.waitFor(RegExp(`${clearLine}1/2  sleep 0.2`));
    await terminal.waitFor(RegExp(`${clearLine}2 succeeded\r\n`));
    assertEquals((await terminal.end()).code, 0);
  },
);
