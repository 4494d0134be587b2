import { assert, assertEquals, assertMatch } from "@std/assert";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { type LogRecord, setLogger } from "../../loop/log.ts";
import { runProgram } from "../loop/_programs.ts";
import { Child } from "../examples/_child.ts";
import { ExampleServer } from "../examples/_server.ts";
import { TRIGGERS } from "./_triggers.ts";

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

/** The rows of the page's tables: what is wrong, and what is printed. */
const ROWS = new Map(
  Array.from(
    PAGE.matchAll(/^\| (an? .*?|the .*?) +\| `(.*)` +\|$/gm),
    ([, what, printed]) => [what!, printed!],
  ),
);

/** Matches what is printed, whatever the figures are and for "..." anything. */
function patternOf(printed: string): RegExp {
  const parts = printed.split("...").map((part) =>
    part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\d+/g, "\\d+")
  );
  return RegExp(`^${parts.join(".*")}`);
}

/** What is logged, or thrown, by something that goes wrong in debug mode. */
async function reportsOf(trigger: () => Promise<unknown>): Promise<string[]> {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  try {
    await run(async () => {
      // A busy machine must not be blamed, except where it is asked for.
      getRunningLoop().slowCallbackDuration = Infinity;
      await trigger();
    }, { debug: true });
  } catch (error) {
    return [String(error)];
  } finally {
    setLogger(null);
  }
  return records.map(({ message }) => message);
}

Deno.test("docs/developing.md lists each report that has a trigger here", () => {
  assertEquals([...ROWS.keys()], Object.keys(TRIGGERS));
});

for (const [what, printed] of ROWS) {
  Deno.test(`debug mode prints what docs/developing.md shows where ${what}`, async () => {
    const [report, ...others] = await reportsOf(TRIGGERS[what]!);
    assertMatch(report!, patternOf(printed));
    assertEquals(others, []);
  });
}
