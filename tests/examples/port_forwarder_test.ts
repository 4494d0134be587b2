import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";

/** Echoes each connection, until its end. */
async function echo(listener: Deno.Listener): Promise<void> {
  for await (const connection of listener) {
    await connection.readable.pipeTo(connection.writable);
  }
}

async function send(port: number, text: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  await connection.closeWrite();
  return await new Response(connection.readable).text();
}

Deno.test("examples/port_forwarder.ts forwards both ways, to the end", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const echoing = echo(listener);
  const to = `127.0.0.1:${listener.addr.port}`;
  await using server = await ExampleServer.start(
    "port_forwarder.ts",
    "--to",
    to,
  );
  assertEquals(await send(server.port, "hello\n"), "hello\n");
  await server.child.waitFor(/Forwarded/);
  listener.close();
  await echoing;
  const { stdout } = await server.stop();
  await assertOutput("port_forwarder.ts", stdout);
});

Deno.test("examples/port_forwarder.ts says when nobody is there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  const to = `127.0.0.1:${listener.addr.port}`;
  await using server = await ExampleServer.start(
    "port_forwarder.ts",
    "--to",
    to,
  );
  assertEquals(await send(server.port, ""), "");
  await server.child.waitFor(/Cannot forward/);
  const { stdout } = await server.stop();
  assertStringIncludes(stdout, "refused");
});
