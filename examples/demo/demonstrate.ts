import * as asyncio from "@asyncio/asyncio";
import { beSlow, produce, type Work, work } from "./clients.ts";
import { EchoProtocol } from "./echo_protocol.ts";
import { echoStreams } from "./echo_streams.ts";
import type { Options } from "./options.ts";
import { showProgress } from "./progress.ts";
import type { Tallies } from "./tally.ts";

/** How long the protocol server waits for a client that says nothing. */
const IDLE_SECONDS = 2;

/** How long the slow client is put up with. */
const PATIENCE_SECONDS = 2.5;

interface Ports {
  protocol: number;
  streams: number;
}

/** Starts the servers, runs the clients, and closes everything. */
export async function demonstrate(
  options: Options,
  tallies: Tallies,
): Promise<void> {
  const { port, clients, seconds } = options;
  const loop = asyncio.getRunningLoop();
  await using protocol = await loop.createServer(
    () => new EchoProtocol(tallies, IDLE_SECONDS),
    "127.0.0.1",
    port,
    { backlog: clients },
  );
  await using streams = await asyncio.startServer(
    echoStreams(tallies),
    "127.0.0.1",
    port && port + 1,
    { backlog: clients },
  );
  console.log(`Echo server, protocol: ${protocol}`);
  console.log(`Echo server, streams:  ${streams}`);
  console.log(`${clients} clients for ${seconds} seconds\n`);
  const ports = { protocol: protocol.port, streams: streams.port };
  try {
    await runTasks(options, ports, tallies);
  } finally {
    protocol.closeClients();
    streams.closeClients();
  }
}

/** Runs the clients, and the slow one beside them, until all have ended. */
async function runTasks(
  options: Options,
  ports: Ports,
  tallies: Tallies,
): Promise<void> {
  await asyncio.taskGroup(async (group) => {
    const progress = group.createTask(() => showProgress(tallies));
    const slow = group.createTask(() => endure(ports.protocol, tallies));
    await runClients(options, ports, tallies);
    progress.cancel();
    await slow;
  });
}

async function runClients(
  options: Options,
  ports: Ports,
  tallies: Tallies,
): Promise<void> {
  const { clients } = options;
  const shared: Work = {
    queue: new asyncio.Queue(2 * clients),
    start: new asyncio.Barrier(clients + 2),
  };
  try {
    await asyncio.taskGroup(async (group) => {
      group.createTask(() => produce(shared, options));
      for (let client = 0; client < clients; client++) {
        const kind = client % 2 === 0 ? "protocol" : "streams";
        group.createTask(() => work(shared, ports[kind], tallies[kind]));
      }
      await shared.start.wait();
      tallies.begin();
    });
  } finally {
    tallies.end();
  }
}

/** Runs the slow client, but not for the hour that it wants. */
async function endure(port: number, tallies: Tallies): Promise<void> {
  const slow = asyncio.createTask(() => beSlow(port), { name: "slow client" });
  try {
    await asyncio.waitFor(slow, PATIENCE_SECONDS);
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error;
  } finally {
    if (slow.cancelled()) tallies.cancelledTasks++;
  }
}
