import { assert, assertEquals } from "@std/assert";
import { runProgram } from "../loop/_programs.ts";
import { Child } from "../examples/_child.ts";
import { ExampleServer } from "../examples/_server.ts";

// What docs/developing.md shows of terminals is what they show.

const PAGE = await Deno.readTextFile(
  new URL("../../docs/developing.md", import.meta.url),
);

/** The lines that a command of the page prints. */
function printedBy(command: RegExp): string[] {
  for (const [, block] of PAGE.matchAll(/```console\n([^]*?)```/g)) {
    const [, ...runs] = block!.split(/^\$ /m);
    const run = runs.find((each) => command.test(each.split("\n")[0]!));
    if (run !== undefined) return run.trimEnd().split("\n").slice(1);
  }
  throw new Error(`Cannot find ${command} in docs/developing.md`);
}

async function join(server: ExampleServer, name: string): Promise<Deno.Conn> {
  const { port } = server;
  const member = await Deno.connect({ hostname: "127.0.0.1", port });
  await member.write(new TextEncoder().encode(`${name}\n`));
  await server.child.waitFor(new RegExp(`${name} is here`));
  return member;
}

/** A port that nobody listens on. */
function findFreePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

async function tool(...args: string[]): Promise<string[]> {
  const child = new Child(Deno.execPath(), ["run", "-A", "cli.ts", ...args]);
  const { stdout } = await child.end();
  return stdout.trimEnd().split("\n");
}

Deno.test("docs/developing.md shows what ps and pstree print of the chat server", async () => {
  const port = findFreePort();
  await using server = await ExampleServer.start(
    "chat_server.ts",
    "--introspect",
    port,
  );
  using _ada = await join(server, "Ada");
  using _grace = await join(server, "Grace");
  const address = `127.0.0.1:${port}`;
  assertEquals(await tool("ps", address), printedBy(/cli ps 127/));
  assertEquals(await tool("pstree", address), printedBy(/cli pstree 127/));
  await server.stop();
});

Deno.test("docs/developing.md shows what a deadlock prints", async () => {
  const { code, stderr } = await runProgram("stuck.ts", {
    args: ["nobody", "debug"],
  });
  const expected = printedBy(/dinner\.ts/);
  const lines = stderr.split("\n").slice(0, expected.length);
  const anyTime = (line: string) =>
    line.replace(/\d+\.\d{3} seconds/, "T seconds");
  assert(expected.length >= 5);
  assertEquals(lines.map(anyTime), expected.map(anyTime));
  assertEquals(code, 1);
});
