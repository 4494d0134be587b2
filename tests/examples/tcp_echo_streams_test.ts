import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";
import { NETCAT, testWith } from "./_tools.ts";

await testWith(
  NETCAT,
  "examples/tcp_echo_streams.ts echoes lines to nc",
  async () => {
    await using server = await ExampleServer.start("tcp_echo_streams.ts");
    // -N tells the server that the input has ended.
    await using netcat = new Child("nc", ["-N", "127.0.0.1", `${server.port}`]);
    await netcat.write("one\ntwo\n");
    const { code, stdout } = await netcat.end();
    assertEquals({ code, stdout }, { code: 0, stdout: "one\ntwo\n" });
    await server.child.waitFor(/Echoed/);
    await assertOutput("tcp_echo_streams.ts", (await server.stop()).stdout);
  },
);
