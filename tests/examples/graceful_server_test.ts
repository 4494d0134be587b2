import { assertEquals } from "@std/assert";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";

/** Connects, and collects what arrives until the end. */
async function connect(server: ExampleServer) {
  const connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: server.port,
  });
  const received = new Response(connection.readable).text();
  const write = async (text: string) => {
    await connection.write(new TextEncoder().encode(text));
  };
  return { write, received };
}

/** Waits until nobody listens: the system needs a moment for that. */
async function refused(port: number): Promise<void> {
  for (;;) {
    try {
      using _ = await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return;
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
  }
}

Deno.test("examples/graceful_server.ts answers who waits, and ends", async () => {
  await using server = await ExampleServer.start(
    "graceful_server.ts",
    "--work",
    "0.2",
  );
  const idle = await connect(server);
  const busy = await connect(server);
  await busy.write("a slow job\n");
  await server.child.waitFor(/Working on/);
  server.child.kill("SIGTERM");
  await server.child.waitFor(/Stopping/);
  await refused(server.port);
  assertEquals(await idle.received, "");
  assertEquals(await busy.received, "done: a slow job\n");
  const { code, stdout, stderr } = await server.child.end();
  assertEquals({ code, stderr }, { code: 143, stderr: "" });
  await assertOutput("graceful_server.ts", stdout);
});

Deno.test("examples/graceful_server.ts cuts off who takes too long", async () => {
  await using server = await ExampleServer.start(
    "graceful_server.ts",
    "--work",
    "60",
    "--drain",
    "0.1",
  );
  const busy = await connect(server);
  await busy.write("an endless job\n");
  await server.child.waitFor(/Working on/);
  server.child.kill("SIGTERM");
  await server.child.waitFor(/Some were cut off/);
  assertEquals((await server.child.end()).code, 143);
  assertEquals(await busy.received.catch(() => ""), "");
});

Deno.test("examples/graceful_server.ts takes Ctrl-C the same way", async () => {
  await using server = await ExampleServer.start("graceful_server.ts");
  const { stdout } = await server.stop();
  assertEquals(stdout.split("\n").slice(1), [
    "Stopping",
    "All clients have their answer",
    "",
  ]);
});
