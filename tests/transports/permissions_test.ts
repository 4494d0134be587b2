import { assertEquals } from "@std/assert";

const MODULE = new URL("../../mod.ts", import.meta.url).href;

/** Runs a script in a child that has no permission; returns what it prints. */
async function runWithoutPermission(body: string): Promise<string> {
  const script = `
    import * as asyncio from ${JSON.stringify(MODULE)};
    async function tell(name, operation) {
      try {
        await operation();
      } catch (error) {
        console.log(name, error.constructor === Deno.errors.NotCapable);
      }
    }
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop();
      ${body}
    });
    console.log("ended");
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--ext=js", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout);
}

Deno.test("opening without --allow-net fails as Deno says and leaves nothing open", async () => {
  const printed = await runWithoutPermission(`
    const protocol = () => ({});
    await tell("connection", () => loop.createConnection(protocol, "127.0.0.1", 1));
    await tell("server", () => loop.createServer(protocol, "127.0.0.1", 0));
    await tell("anywhere", () => loop.createServer(protocol, null, 0));
    await tell("name", () => loop.createServer(protocol, "localhost", 0));
    await tell("streams", () => asyncio.openConnection("127.0.0.1", 1));
    await tell("stream server", () => asyncio.startServer(() => {}, "127.0.0.1", 0));
  `);
  assertEquals(printed.split("\n"), [
    "connection true",
    "server true",
    "anywhere true",
    "name true",
    "streams true",
    "stream server true",
    "ended",
    "",
  ]);
});
