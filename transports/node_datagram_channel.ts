import type dgram from "node:dgram";
import { isNetAllowed, netDenied } from "./_net_permission.ts";
import { toDenoError } from "./_node_errors.ts";
import type { NetAddress } from "./byte_channel.ts";
import type {
  BindOptions,
  DatagramChannel,
  DatagramSink,
} from "./datagram_channel.ts";

/** Binds a UDP socket of `node:dgram`, which needs no unstable flag. */
export async function bindNodeDatagram(
  hostname: string,
  port: number,
  options: BindOptions,
): Promise<DatagramChannel> {
  const { createSocket } = await import("node:dgram");
  const type = hostname.includes(":") ? "udp6" : "udp4";
  const { reusePort } = options;
  // For Deno the second means what the first one says.
  const socket = createSocket({ type, reusePort, reuseAddr: reusePort });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => reject(toDenoError(error));
    socket.once("error", fail);
    socket.bind({ port, address: hostname, exclusive: true }, () => {
      socket.off("error", fail);
      resolve();
    });
  });
  try {
    applyOptions(socket, options);
  } catch (error) {
    socket.close();
    throw error;
  }
  return new NodeDatagramChannel(socket);
}

function applyOptions(socket: dgram.Socket, options: BindOptions): void {
  const { multicastTtl, multicastLoopback, multicastInterface } = options;
  if (options.allowBroadcast) socket.setBroadcast(true);
  if (multicastTtl !== undefined) socket.setMulticastTTL(multicastTtl);
  if (multicastLoopback !== undefined) {
    socket.setMulticastLoopback(multicastLoopback);
  }
  if (multicastInterface !== undefined) {
    socket.setMulticastInterface(multicastInterface);
  }
}

/** The datagram channel of a socket of `node:dgram`. */
class NodeDatagramChannel implements DatagramChannel {
  readonly address: NetAddress;
  readonly socket: dgram.Socket;

  constructor(socket: dgram.Socket) {
    const { address: hostname, port } = socket.address();
    this.address = { transport: "udp", hostname, port };
    this.socket = socket;
  }

  start(sink: DatagramSink): void {
    this.socket.on("error", (error) => sink.failed(error));
    this.socket.on("message", (message, { address, port }) => {
      // Every message comes in 64 KiB of its own, which would be kept with it.
      const data = new Uint8Array(message);
      sink.received(data, { transport: "udp", hostname: address, port });
    });
  }

  send(data: Uint8Array, { hostname, port }: NetAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(data, port, hostname, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(explain(error, hostname, port));
      });
    });
  }

  async join(group: string, interfaceAddress?: string): Promise<void> {
    this.socket.addMembership(group, interfaceAddress);
  }

  async leave(group: string, interfaceAddress?: string): Promise<void> {
    this.socket.dropMembership(group, interfaceAddress);
  }

  close(): void {
    this.socket.close();
  }
}

/** Tells a missing permission from what node:dgram does not know. */
function explain(error: Error, hostname: string, port: number): Error {
  if ((error as { code?: string }).code !== "UNKNOWN") return error;
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  if (deno === undefined || isNetAllowed(deno, hostname, port)) return error;
  return netDenied(deno, hostname, port, { cause: error });
}
