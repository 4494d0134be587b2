/**
 * A name server that knows a few names and nothing else: a protocol for
 * datagrams.
 *
 *     deno run --allow-net examples/dns_responder.ts
 *     dig -p 5300 @127.0.0.1 asyncio.test A
 *
 * Options: --port 5300. Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";
import { answer, type Zone } from "./dns/message.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: { port: { type: "string", default: "5300" } },
});

const zone: Zone = new Map([
  ["asyncio.test", { A: ["192.0.2.1", "192.0.2.2"], TXT: ["one", "two"] }],
  ["www.asyncio.test", { A: ["192.0.2.3"] }],
]);

class Responder extends asyncio.DatagramProtocol {
  #transport!: asyncio.DatagramTransport;

  override connectionMade(transport: asyncio.DatagramTransport) {
    this.#transport = transport;
    console.log(`Listening on ${transport}`);
  }

  override datagramReceived(data: Uint8Array, address: asyncio.NetAddress) {
    const response = answer(data, zone);
    if (response === null) return; // no question: nobody waits for an answer
    console.log(`${response.name} ${response.type}: ${response.outcome}`);
    this.#transport.sendto(response.bytes, address);
  }
}

await asyncio.run(async () => {
  const loop = asyncio.getRunningLoop();
  const [transport] = await loop.createDatagramEndpoint(
    () => new Responder(),
    { hostname: "127.0.0.1", port: Number(values.port) },
  );
  await using _ = transport;
  await loop.createFuture<never>(); // until Ctrl-C
});

// Output:
// Listening on <DatagramTransport open 127.0.0.1:{port}>
// asyncio.test A: 2 answers
// nowhere.test A: no such name
