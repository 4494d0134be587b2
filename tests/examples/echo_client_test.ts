import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";

for (const path of ["echo_protocol_server.ts", "tcp_echo_streams.ts"]) {
  Deno.test(`examples/echo_client.ts talks to ${path}`, async () => {
    await using server = await ExampleServer.start(path);
    await using client = Child.example(
      "echo_client.ts",
      "--port",
      `${server.port}`,
    );
    const { code, stdout, stderr } = await client.end();
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    await assertOutput("echo_client.ts", stdout);
    await server.stop();
  });
}
