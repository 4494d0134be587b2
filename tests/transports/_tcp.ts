import { currentLoop } from "../../loop/running.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import type { Server } from "../../transports/server.ts";
import type { CreateServerOptions } from "../../transports/tcp.ts";
import { Recorder } from "./_recorder.ts";

/** A server whose connections are noted by recorders. */
export interface RecordingServer {
  readonly server: Server;
  /** The protocols of the connections, in the order of their coming. */
  readonly recorders: Recorder[];
  readonly port: number;
  /** Tells of connections, as its `made` events. */
  readonly door: Recorder;
}

/** Starts a server on the loopback address. */
export async function startRecording(
  options: CreateServerOptions & { keepOpen?: boolean } = {},
): Promise<RecordingServer> {
  const recorders: Recorder[] = [];
  const door = new Recorder();
  const factory = () => {
    const recorder = new Recorder();
    recorder.keepOpen = options.keepOpen ?? false;
    recorder.on = (event) => {
      if (event === "made") door.connectionMade(recorder.transport);
    };
    recorders.push(recorder);
    return recorder;
  };
  const server = await currentLoop().createServer(
    factory,
    "127.0.0.1",
    0,
    options,
  );
  const { port } = server.sockets[0] as NetAddress;
  return { server, recorders, port, door };
}

/** Connects a recorder to a port of the loopback address. */
export async function connectRecorder(port: number): Promise<Recorder> {
  const factory = () => new Recorder();
  const [, recorder] = await currentLoop().createConnection(
    factory,
    "127.0.0.1",
    port,
  );
  return recorder;
}

/** Returns a port of the loopback address that nobody listens on. */
export function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/** Listens, but is full: connecting to its port takes for ever. */
export async function listenFull(): Promise<{ port: number } & Disposable> {
  const listener = Deno.listen({
    hostname: "127.0.0.1",
    port: 0,
    tcpBacklog: 1,
  });
  const { port } = listener.addr;
  const conns = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port }),
    Deno.connect({ hostname: "127.0.0.1", port }),
  ]);
  return {
    port,
    [Symbol.dispose]() {
      for (const conn of conns) conn.close();
      listener.close();
    },
  };
}
