import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";
import { NETCAT, testWith } from "./_tools.ts";

async function join(server: ExampleServer, name: string): Promise<Child> {
  const member = new Child("nc", ["-N", "127.0.0.1", `${server.port}`]);
  await member.waitFor(/Your name\? /);
  await member.write(`${name}\n`);
  await member.waitFor(new RegExp(`${name} is here`));
  return member;
}

await testWith(
  NETCAT,
  "examples/chat_server.ts passes on what two nc write",
  async () => {
    await using server = await ExampleServer.start("chat_server.ts");
    await using ada = await join(server, "Ada");
    await using grace = await join(server, "Grace");
    await ada.waitFor(/Grace is here, 2 in the room\n/);
    await ada.write("hello Grace\n");
    await grace.waitFor(/Ada: hello Grace\n/);
    await grace.write("hello Ada\n");
    await ada.waitFor(/Grace: hello Ada\n/);
    await ada.end();
    await grace.waitFor(/Ada has left\n/);
    const { stdout } = await grace.end();
    assertEquals(stdout.includes("Grace: hello Ada"), false);
    await server.child.waitFor(/Grace has left\n/);
    await assertOutput("chat_server.ts", (await server.stop()).stdout);
  },
);

/** Sends a name, and waits until the others have been told. */
async function joinBare(
  server: ExampleServer,
  name: string,
): Promise<Deno.TcpConn> {
  const { port } = server;
  const member = await Deno.connect({ hostname: "127.0.0.1", port });
  await member.write(new TextEncoder().encode(`${name}\n`));
  await server.child.waitFor(new RegExp(`${name} is here`));
  return member;
}

Deno.test("examples/chat_server.ts drops a member that does not read", async () => {
  await using server = await ExampleServer.start("chat_server.ts");
  using _deaf = await joinBare(server, "Deaf");
  using loud = await joinBare(server, "Loud");
  using witness = await joinBare(server, "Witness");
  const burst = new TextEncoder().encode(
    `${"x".repeat(60_000)}\n`.repeat(20) + "end\n",
  );
  await writeAll(loud, burst);
  for await (const line of lines(witness)) {
    if (line === "Deaf has left") break;
    if (line === "Loud: end") await writeAll(loud, burst);
  }
  await server.stop();
});

async function writeAll(connection: Deno.Conn, bytes: Uint8Array) {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}

/** The lines that arrive, without closing the connection at the end. */
async function* lines(connection: Deno.Conn): AsyncGenerator<string> {
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  let text = "";
  for (let count; (count = await connection.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    const parts = text.split("\n");
    text = parts.pop()!;
    yield* parts;
  }
}
