import { assert, assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";
import { NETCAT, testWith } from "./_tools.ts";

const IDLE_SECONDS = 2;

await testWith(
  NETCAT,
  "examples/echo_protocol_server.ts restarts its idle timeout on each message",
  async () => {
    await using server = await ExampleServer.start(
      "echo_protocol_server.ts",
      "--idle",
      `${IDLE_SECONDS}`,
    );
    await using netcat = new Child("nc", ["127.0.0.1", `${server.port}`]);
    const start = performance.now();
    // Longer than the timeout in all, but not between two messages.
    for (const word of ["one", "two", "three", "four"]) {
      await netcat.write(`${word}\n`);
      await netcat.waitFor(new RegExp(`^${word}\n`));
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    const lastMessage = performance.now() - 700;
    assert(lastMessage - start > 1_000 * IDLE_SECONDS);
    // nc ends when the server closes the connection: its input is still open.
    await server.child.waitFor(/Disconnected/);
    assert(performance.now() - lastMessage > 900 * IDLE_SECONDS);
    const { code, stdout } = await netcat.end();
    assertEquals({ code, stdout }, {
      code: 0,
      stdout: "one\ntwo\nthree\nfour\n",
    });
    await assertOutput("echo_protocol_server.ts", (await server.stop()).stdout);
  },
);

await testWith(
  NETCAT,
  "examples/echo_protocol_server.ts ends on Ctrl-C although a client is there",
  async () => {
    await using server = await ExampleServer.start("echo_protocol_server.ts");
    await using netcat = new Child("nc", ["127.0.0.1", `${server.port}`]);
    await netcat.write("still here\n");
    await netcat.waitFor(/still here\n/);
    const { stdout } = await server.stop();
    assertEquals(stdout.includes("Disconnected"), true);
  },
);
