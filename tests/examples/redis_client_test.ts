import { assertEquals } from "@std/assert";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { testWith, type Tool } from "./_tools.ts";

const REDIS: Tool = {
  command: "redis-server",
  args: ["--version"],
  prints: /^Redis server v=\d/,
};

/** Returns a port that was free just now: Redis cannot choose one. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

await testWith(
  REDIS,
  "examples/redis_client.ts talks to a real server",
  async () => {
    const port = freePort();
    const folder = await Deno.makeTempDir({ prefix: "asyncio-" });
    {
      await using server = new Child("redis-server", [
        ...["--port", `${port}`, "--bind", "127.0.0.1"],
        ...["--save", "", "--appendonly", "no", "--dir", folder],
      ]);
      await server.waitFor(/Ready to accept connections/);
      const args = ["--port", `${port}`];
      await using client = Child.example("redis_client.ts", ...args);
      const { code, stdout, stderr } = await client.end();
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      await assertOutput("redis_client.ts", stdout);
      await server.interrupt();
    }
    await Deno.remove(folder, { recursive: true });
  },
);
