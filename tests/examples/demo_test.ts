import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Child } from "./_child.ts";
import { SCRIPT, testWith } from "./_tools.ts";

/** Returns the numbers of a row of the table. */
function row(output: string, name: string): number[] {
  const [, cells = ""] = new RegExp(`^${name}  +(.*)$`, "m").exec(output) ?? [];
  return cells.split(/ {2,}/).map((cell) =>
    Number.parseFloat(cell.replaceAll(" ", ""))
  );
}

Deno.test("the demo is a task, and tells its options", async () => {
  await using demo = new Child(Deno.execPath(), ["task", "demo", "--help"]);
  const { code, stdout } = await demo.end();
  assertEquals(code, 0);
  for (const option of ["--port", "--clients", "--seconds", "--help"]) {
    assertStringIncludes(stdout, option);
  }
});

Deno.test("the demo ends with a table of what was done", async () => {
  await using demo = Child.example(
    "demo/main.ts",
    "--clients",
    "20",
    "--seconds",
    "1.2",
  );
  const { code, stdout, stderr } = await demo.end();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /^\d+\.\d s {2}[\d ]+ messages/m);
  assertEquals(row(stdout, "connections"), [11, 10, 21]);
  const [protocol = 0, streams = 0, both = 0] = row(stdout, "messages");
  assertEquals(protocol + streams, both);
  assertEquals(both > 0 && both % 20 === 0, true, "whole rounds");
  const [p50 = 0] = row(stdout, "latency p50");
  const [p99 = 0] = row(stdout, "latency p99");
  assertEquals(0 < p50 && p50 <= p99, true);
  assertEquals(row(stdout, "idle connections closed"), [1]);
  assertEquals(row(stdout, "tasks cancelled"), [1]);
});

Deno.test("the demo ends on Ctrl-C with what was done up to then", async () => {
  await using demo = Child.example("demo/main.ts", "--seconds", "60");
  await demo.waitFor(/messages/);
  const { code, stdout, stderr } = await demo.interrupt();
  assertEquals({ code, stderr }, { code: 130, stderr: "" });
  assertStringIncludes(stdout, "Interrupted");
  assertEquals(row(stdout, "connections"), [101, 100, 201]);
});

Deno.test("the demo answers a value it cannot use with one line", async () => {
  const wrong = [
    ["--port", "http"],
    ["--port", "65535"],
    ["--clients", "0"],
    ["--clients=1.5"],
    ["--clients"],
    ["--seconds", "-1"],
    ["--seconds", "1e3"],
    ["--speed", "9"],
    ["more"],
  ];
  await Promise.all(wrong.map(async (args) => {
    await using demo = Child.example("demo/main.ts", ...args);
    const { code, stdout, stderr } = await demo.end();
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertMatch(stderr, /^demo: .+\n$/);
    assertStringIncludes(stderr, args[0]!.split("=")[0]!);
  }));
});

Deno.test("the demo tells if the port is in use", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using demo = Child.example("demo/main.ts", "--port", `${port}`);
  const { code, stderr } = await demo.end();
  assertEquals(code, 1);
  assertMatch(stderr, /^demo: the port is in use.*\n$/);
});

await testWith(SCRIPT, "the demo rewrites one line on a terminal", async () => {
  const command = `'${Deno.execPath()}' run --quiet --allow-net ` +
    "examples/demo/main.ts --clients 5 --seconds 0.5";
  await using terminal = new Child("script", [
    "--quiet",
    "--return",
    "--command",
    command,
    "/dev/null",
  ]);
  const clearLine = RegExp.escape("\r\u001b[K");
  await terminal.waitFor(RegExp(`${clearLine}\\d\\.\\d s  \\d+ messages`));
  await terminal.waitFor(RegExp(`${clearLine} +protocol`));
  await terminal.waitFor(/tasks cancelled +1\r\n/);
  assertEquals((await terminal.end()).code, 0);
});
