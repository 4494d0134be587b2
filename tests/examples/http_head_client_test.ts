import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";

Deno.test("examples/http_head_client.ts prints the headers of a page", async () => {
  await using server = await ExampleServer.start("http_server.ts");
  await using client = Child.example(
    "http_head_client.ts",
    `http://127.0.0.1:${server.port}/`,
  );
  const { code, stdout, stderr } = await client.end();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await assertOutput("http_head_client.ts", stdout);
  await server.stop();
});
