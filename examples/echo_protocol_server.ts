/**
 * An echo server as a protocol: methods that are called, instead of tasks that
 * wait. A connection on which nothing arrives for five seconds is closed; every
 * message starts the five seconds anew.
 *
 *     deno run --allow-net examples/echo_protocol_server.ts
 *     nc 127.0.0.1 8888
 *
 * Options: --port 8888, --idle 5 (seconds). Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "8888" },
    idle: { type: "string", default: "5" },
  },
});
const idle = Number(values.idle);

class Echo extends asyncio.Protocol {
  #transport!: asyncio.Transport;
  #timer: asyncio.TimerHandle | null = null;

  override connectionMade(transport: asyncio.Transport) {
    this.#transport = transport;
    console.log("Connected");
    this.#restartTimer();
  }

  override dataReceived(data: Uint8Array) {
    this.#transport.write(data);
    this.#restartTimer();
  }

  override connectionLost() {
    this.#timer?.cancel();
    console.log("Disconnected");
  }

  #restartTimer() {
    this.#timer?.cancel();
    this.#timer = asyncio.getRunningLoop().callLater(idle, () => {
      console.log(`Nothing arrived for ${idle} seconds`);
      this.#transport.close();
    });
  }
}

await asyncio.run(async () => {
  const loop = asyncio.getRunningLoop();
  const server = await loop.createServer(
    () => new Echo(),
    "127.0.0.1",
    Number(values.port),
  );
  console.log(`Listening on ${server}`);
  await server.serveForever();
});

// Output:
// Listening on <Server 127.0.0.1:{port}>
// Connected
// Nothing arrived for {idle} seconds
// Disconnected
