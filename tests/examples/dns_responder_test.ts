import { assertEquals, assertMatch } from "@std/assert";
import { answer } from "../../examples/dns/message.ts";
import { Child } from "./_child.ts";
import { assertOutput } from "./_output.ts";
import { ExampleServer } from "./_server.ts";
import { testWith, type Tool } from "./_tools.ts";

const DIG: Tool = { command: "dig", args: ["-v"], prints: /^DiG \d/ };

async function dig(port: number, ...args: readonly string[]): Promise<string> {
  const options = ["-p", `${port}`, "@127.0.0.1", "+tries=1", "+time=10"];
  await using child = new Child("dig", [...options, ...args]);
  const { code, stdout, stderr } = await child.end();
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

await testWith(DIG, "examples/dns_responder.ts answers dig", async () => {
  await using server = await ExampleServer.start("dns_responder.ts");
  const { port } = server;
  const addresses = await dig(port, "+short", "asyncio.test", "A");
  assertEquals(addresses, "192.0.2.1\n192.0.2.2\n");
  assertMatch(await dig(port, "nowhere.test"), /status: NXDOMAIN/);
  const { stdout } = await server.stop();
  await assertOutput("dns_responder.ts", stdout);
});

await testWith(
  DIG,
  "examples/dns_responder.ts knows texts and case",
  async () => {
    await using server = await ExampleServer.start("dns_responder.ts");
    const { port } = server;
    const texts = await dig(port, "+short", "asyncio.TEST", "TXT");
    assertEquals(texts, '"one"\n"two"\n');
    const none = await dig(port, "www.asyncio.test", "AAAA");
    assertMatch(none, /status: NOERROR/);
    assertMatch(none, /flags: qr aa rd/);
    await server.stop();
  },
);

Deno.test("examples/dns_responder.ts ignores what is no query", () => {
  const zone = new Map();
  for (const length of [0, 1, 11, 12, 13]) {
    assertEquals(answer(new Uint8Array(length), zone), null);
  }
  const cut = new Uint8Array(16);
  cut[5] = 1;
  cut[12] = 60;
  assertEquals(answer(cut, zone), null);
});
