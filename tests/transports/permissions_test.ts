import { assertEquals } from "@std/assert";

const MODULE = new URL("../../mod.ts", import.meta.url).href;

/** Runs a script in a child that has no permission but `flags`; returns what it prints. */
async function runWithoutPermission(
  body: string,
  ...flags: readonly string[]
): Promise<string> {
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
    args: ["run", "--no-prompt", "--no-check", "--ext=js", ...flags, "-"],
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

Deno.test("UDP and names without --allow-net fail as Deno says and leave nothing open", async () => {
  const printed = await runWithoutPermission(`
    const protocol = () => ({});
    const local = { hostname: "127.0.0.1", port: 0 };
    await tell("bind", () => loop.createDatagramEndpoint(protocol, local));
    await tell("talk", () => loop.createDatagramEndpoint(protocol, null, local));
    await tell("endpoint", () => asyncio.openDatagramEndpoint(local));
    await tell("name", () => loop.getaddrinfo("localhost", 1));
    await tell("host", () => loop.getnameinfo({ hostname: "127.0.0.1", port: 1 }));
    const [{ hostname }] = await loop.getaddrinfo("127.0.0.1", 1);
    console.log(hostname);
  `);
  assertEquals(printed.split("\n"), [
    "bind true",
    "talk true",
    "endpoint true",
    "name true",
    "host true",
    "127.0.0.1",
    "ended",
    "",
  ]);
});

Deno.test("UDP tells the permission that sending lacks", async () => {
  const printed = await runWithoutPermission(
    `
    const local = { hostname: "127.0.0.1", port: 0 };
    const endpoint = await asyncio.openDatagramEndpoint(local);
    const far = { hostname: "192.0.2.1", port: 9 };
    await tell("send", () => endpoint.send("x", far));
    endpoint.close();
  `,
    "--allow-net=127.0.0.1:0",
  );
  assertEquals(printed, "send true\nended\n");
});

Deno.test("Unix sockets without permission fail as Deno says", async () => {
  const printed = await runWithoutPermission(`
    const protocol = () => ({});
    await tell("connection", () => loop.createUnixConnection(protocol, "/tmp/x"));
    await tell("server", () => loop.createUnixServer(protocol, "/tmp/x"));
  `);
  assertEquals(printed, "connection true\nserver true\nended\n");
});
