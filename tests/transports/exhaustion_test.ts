import { assert, assertEquals } from "@std/assert";
import { Child } from "../examples/_child.ts";

const PROGRAM = new URL("./programs/exhausted.ts", import.meta.url).pathname;

/** More than the server can have open. */
const CLIENTS = 80;

function connect(port: number): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

Deno.test({
  name:
    "Server without descriptors pauses accepting for a second, and recovers (C7)",
  ignore: Deno.build.os === "windows",
  async fn() {
    const command = `ulimit -n 64; exec "$0" run --quiet --allow-net "$1"`;
    const args = ["-c", command, Deno.execPath(), PROGRAM];
    await using server = new Child("sh", args);
    const [, digits] = await server.waitFor(/<Server 127\.0\.0\.1:(\d+)>\n/);
    const port = Number(digits);
    const clients: Deno.TcpConn[] = [];
    for (let i = 0; i < CLIENTS; i++) clients.push(await connect(port));
    const report = /([\d.]+) socket\.accept\(\) out of system resource: EMFILE/;
    const [, first] = await server.waitFor(report);
    const [, second] = await server.waitFor(report);
    const pause = Number(second) - Number(first);
    assert(pause > 0.99 && pause < 3, `${pause}`);

    for (const client of clients.splice(0, CLIENTS - 5)) client.close();
    const last = await connect(port);
    await last.write(new TextEncoder().encode("still there?\n"));
    const buffer = new Uint8Array(100);
    const count = await last.read(buffer);
    const answer = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
    assertEquals(answer, "still there?\n");
    for (const client of [last, ...clients]) client.close();
    const { code, stderr } = await server.interrupt();
    assertEquals([code, stderr.includes("rror")], [130, false], stderr);
  },
});
