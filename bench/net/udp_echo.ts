/**
 * Datagrams there and back beside bare `node:dgram`, and beside Deno's own UDP
 * where its flag is given.
 *
 *     deno run --allow-net bench/net/udp_echo.ts
 *     deno run --allow-net --unstable-net bench/net/udp_echo.ts
 *
 * Both ends are in this process; ten datagrams of 512 bytes are on their way.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AbstractEventLoop, getRunningLoop, run } from "../../loop/mod.ts";
import { openDatagramEndpoint } from "../../streams/mod.ts";
import {
  DatagramProtocol,
  type DatagramTransport,
  type NetAddress,
} from "../../transports/mod.ts";
import { compare, type Subject } from "./_rounds.ts";

const ON_THEIR_WAY = 10;
const MESSAGE = new Uint8Array(512);
const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** Counts what comes back until the time is over. */
function counter(seconds: number, again: () => void) {
  const until = performance.now() + seconds * 1000;
  const { promise, resolve } = Promise.withResolvers<number>();
  let count = 0;
  const arrived = () => {
    count++;
    if (performance.now() < until) again();
    else resolve(count / seconds);
  };
  return { arrived, promise };
}

const nodeDgram: Subject = {
  name: "node:dgram",
  async measure(seconds) {
    const [near, far] = [createSocket("udp4"), createSocket("udp4")];
    for (const socket of [near, far]) {
      socket.bind(0, LOCAL.hostname);
      await once(socket, "listening");
    }
    const { port } = far.address();
    far.on(
      "message",
      (data, { address, port }) => far.send(data, port, address),
    );
    const send = () => near.send(MESSAGE, port, LOCAL.hostname);
    const { arrived, promise } = counter(seconds, send);
    near.on("message", arrived);
    for (let i = 0; i < ON_THEIR_WAY; i++) send();
    const rate = await promise;
    near.close();
    far.close();
    return rate;
  },
};

class Echo extends DatagramProtocol {
  #transport!: DatagramTransport;

  override connectionMade(transport: DatagramTransport): void {
    this.#transport = transport;
  }

  override datagramReceived(data: Uint8Array, address: NetAddress): void {
    this.#transport.sendto(data, address);
  }
}

async function measureProtocol(
  loop: AbstractEventLoop,
  seconds: number,
): Promise<number> {
  const [far] = await loop.createDatagramEndpoint(() => new Echo(), LOCAL);
  const address = far.getExtraInfo("sockname")!;
  const send = () => near.sendto(MESSAGE, address);
  const { arrived, promise } = counter(seconds, send);
  const [near] = await loop.createDatagramEndpoint(
    () => ({ datagramReceived: arrived }),
    LOCAL,
  );
  for (let i = 0; i < ON_THEIR_WAY; i++) send();
  const rate = await promise;
  near.close();
  far.close();
  return rate;
}

const protocol: Subject = {
  name: "protocol",
  measure: (seconds) => run(() => measureProtocol(getRunningLoop(), seconds)),
};

const endpoint: Subject = {
  name: "endpoint, for await",
  measure: (seconds) =>
    run(async () => {
      const loop = getRunningLoop();
      await using far = await openDatagramEndpoint(LOCAL);
      await using near = await openDatagramEndpoint(LOCAL);
      const echo = loop.createTask(async () => {
        for await (const [data, address] of far) await far.send(data, address);
      });
      for (let i = 0; i < ON_THEIR_WAY; i++) {
        await near.send(MESSAGE, far.address);
      }
      const until = performance.now() + seconds * 1000;
      let count = 0;
      while (performance.now() < until) {
        await near.receive();
        await near.send(MESSAGE, far.address);
        count++;
      }
      echo.cancel();
      return count / seconds;
    }),
};

await compare([nodeDgram, protocol, endpoint]);
