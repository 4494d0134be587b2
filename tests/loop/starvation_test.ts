import { assert } from "@std/assert";
import { createTask, run, sleep } from "../../loop/mod.ts";
import { startServer } from "../../streams/mod.ts";
import type { NetAddress } from "../../transports/mod.ts";

/** Sends lines as fast as it can until the server hangs up, or 3 s. */
const FLOOD = `
  const connection = await Deno.connect({ port: Number(Deno.args[0]) });
  const lines = new TextEncoder().encode("hello world\\n".repeat(5000));
  const end = performance.now() + 3000;
  try {
    while (performance.now() < end) await connection.write(lines);
  } catch {
    // The server has seen enough.
  }
`;

Deno.test("an async function that reads from a fast sender lets others run", () =>
  run(async () => {
    const flooded = Promise.withResolvers<void>();
    let lines = 0;
    const server = await startServer(
      async (reader) => {
        flooded.resolve();
        while ((await reader.readline()).length > 0) lines++;
      },
      "127.0.0.1",
      0,
    );
    const { port } = server.sockets[0] as NetAddress;
    const sender = new Deno.Command(Deno.execPath(), {
      args: ["eval", FLOOD, String(port)],
      stderr: "null",
    }).spawn();
    await flooded.promise;
    let ticks = 0;
    const ticker = createTask(async () => {
      for (;;) {
        await sleep(0.01);
        ticks++;
      }
    });
    await sleep(0.5);
    ticker.cancel();
    server.close();
    server.abortClients();
    await sender.status;
    await server.waitClosed();
    // Without a turn for others there are none, or one.
    assert(ticks >= 10, `${ticks} ticks while ${lines} lines were read`);
  }));
