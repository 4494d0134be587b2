import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cpuUsage } from "node:process";
import { type AbstractEventLoop, getRunningLoop, run } from "../../loop/mod.ts";
import { openDatagramEndpoint } from "../../streams/mod.ts";
import {
  DatagramProtocol,
  type DatagramTransport,
  type NetAddress,
} from "../../transports/mod.ts";
import type { NetWork, Sample } from "./work.ts";

/** How many datagrams are on their way at a time. */
const ON_THEIR_WAY = 10;

const MESSAGE = new Uint8Array(512);
const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** Datagrams there and back; both ends are in this process. */
export const UDP_ECHO: NetWork = {
  name: "net/udp",
  open: async () => [
    { name: "node:dgram", measure: measureNode },
    {
      name: "protocol",
      budget: 0.95,
      measure: (seconds) =>
        run(() => measureProtocol(getRunningLoop(), seconds)),
    },
    {
      name: "endpoint, for await",
      budget: 0.85,
      measure: (seconds) => run(() => measureEndpoint(seconds)),
    },
  ],
};

/** Counts what comes back until the time is over. */
class Window {
  readonly sample: Promise<Sample>;
  readonly #seconds: number;
  readonly #resolve: (sample: Sample) => void;
  readonly #start = performance.now();
  readonly #cpu = cpuUsage();
  #messages = 0;

  constructor(seconds: number) {
    const { promise, resolve } = Promise.withResolvers<Sample>();
    this.sample = promise;
    this.#resolve = resolve;
    this.#seconds = seconds;
  }

  /** Counts a message; tells whether another one is to be sent. */
  goesOn(): boolean {
    this.#messages++;
    const seconds = (performance.now() - this.#start) / 1000;
    if (seconds < this.#seconds) return true;
    const { user, system } = cpuUsage(this.#cpu);
    const cpuSeconds = (user + system) / 1e6;
    this.#resolve({ messages: this.#messages, seconds, cpuSeconds });
    return false;
  }
}

async function measureNode(seconds: number): Promise<Sample> {
  const [near, far] = [createSocket("udp4"), createSocket("udp4")];
  for (const socket of [near, far]) {
    socket.bind(0, LOCAL.hostname);
    await once(socket, "listening");
  }
  const { port } = far.address();
  far.on("message", (data, { address, port }) => far.send(data, port, address));
  const send = () => near.send(MESSAGE, port, LOCAL.hostname);
  const window = new Window(seconds);
  near.on("message", () => window.goesOn() && send());
  for (let i = 0; i < ON_THEIR_WAY; i++) send();
  const sample = await window.sample;
  near.close();
  far.close();
  return sample;
}

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
): Promise<Sample> {
  const [far] = await loop.createDatagramEndpoint(() => new Echo(), LOCAL);
  const address = far.getExtraInfo("sockname")!;
  const window = new Window(seconds);
  const [near] = await loop.createDatagramEndpoint(() => ({
    datagramReceived() {
      if (window.goesOn()) near.sendto(MESSAGE, address);
    },
  }), LOCAL);
  for (let i = 0; i < ON_THEIR_WAY; i++) near.sendto(MESSAGE, address);
  const sample = await window.sample;
  near.close();
  far.close();
  return sample;
}

async function measureEndpoint(seconds: number): Promise<Sample> {
  await using far = await openDatagramEndpoint(LOCAL);
  await using near = await openDatagramEndpoint(LOCAL);
  const echo = getRunningLoop().createTask(async () => {
    for await (const [data, address] of far) await far.send(data, address);
  });
  const window = new Window(seconds);
  for (let i = 0; i < ON_THEIR_WAY; i++) await near.send(MESSAGE, far.address);
  do {
    await near.receive();
    await near.send(MESSAGE, far.address);
  } while (window.goesOn());
  echo.cancel();
  return await window.sample;
}
