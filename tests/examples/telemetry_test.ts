import { assertEquals, assertMatch } from "@std/assert";
import { assertOutput } from "./_output.ts";

/** Runs the example, with or without Deno's telemetry printing to stderr. */
async function runExample(env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", "examples/telemetry.ts"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(code, 0, decode(stderr));
  return { stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("examples/telemetry.ts works without telemetry", async () => {
  const { stdout, stderr } = await runExample({});
  await assertOutput("telemetry.ts", stdout);
  assertEquals(stderr, "");
});

Deno.test("examples/telemetry.ts gives its spans to Deno's telemetry", async () => {
  const { stdout, stderr } = await runExample({
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "console",
  });
  const text = stdout + stderr;
  const [, trace, served] = /SPAN shout \[(\w+)\/(\w+)\]/.exec(text) ?? [];
  assertMatch(text, RegExp(`SPAN accept \\[${trace}/\\w+\\] Server`));
  assertMatch(
    text,
    RegExp(`SPAN upper case \\[${trace}/\\w+\\] .*\n {2}parent: ${served}\n`),
  );
  assertMatch(text, /SPAN connect \[\w+\/\w+\] Client/);
  assertMatch(text, /SPAN ask \[/);
});
