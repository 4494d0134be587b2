import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";
import { NETCAT, testWith } from "./_tools.ts";

await testWith(
  NETCAT,
  "examples/udp_echo.ts sends back what nc -u sends",
  async () => {
    await using server = await ExampleServer.start("udp_echo.ts");
    await using client = new Child("nc", ["-u", "127.0.0.1", `${server.port}`]);
    await client.write("hello\n");
    const [answer] = await client.waitFor(/hello\n/);
    assertEquals(answer, "hello\n");
    const { stdout } = await server.stop();
    await assertOutput("udp_echo.ts", stdout);
  },
);
