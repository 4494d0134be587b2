import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import type net from "node:net";
import { denoFor } from "./_deno.ts";
import type { ListenHost } from "./_listen.ts";
import { checkNetPermission } from "./_net_permission.ts";
import { toDenoError } from "./_node_errors.ts";
import type { Address, ByteChannel, ByteListener } from "./byte_channel.ts";
import { getaddrinfo } from "./names.ts";
import { NodeSocketChannel } from "./node_socket_channel.ts";

/** How `node:net` listens. */
export interface NodeListenOptions {
  readonly backlog: number;
  readonly reusePort: boolean;
  readonly keepAlive: boolean;
}

/** Listens by `node:net` on every address of the hosts, each once. */
export function* listenOnNode(
  host: ListenHost,
  port: number,
  options: NodeListenOptions,
): CoroutineGenerator<ByteListener[]> {
  const deno = denoFor("create server");
  const addresses = new Set<string>();
  for (const each of Array.isArray(host) ? host : [host]) {
    if (!each) addresses.add("::");
    else {
      for (const { hostname } of yield* getaddrinfo(each, port)) {
        addresses.add(hostname);
      }
    }
  }
  const listeners: ByteListener[] = [];
  try {
    for (const address of addresses) {
      checkNetPermission(deno, address, port);
      listeners.push(yield* open(address, port, options));
    }
  } catch (error) {
    for (const listener of listeners) listener.close();
    throw error;
  }
  return listeners;
}

function* open(
  hostname: string,
  port: number,
  options: NodeListenOptions,
): CoroutineGenerator<NodeListener> {
  const opening = listen(hostname, port, options);
  try {
    return yield* wrapFuture(opening);
  } catch (error) {
    opening.then((listener) => listener.close(), () => {});
    throw error;
  }
}

async function listen(
  host: string,
  port: number,
  { backlog, reusePort, keepAlive }: NodeListenOptions,
): Promise<NodeListener> {
  const { createServer } = await import("node:net");
  const server = createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    noDelay: true,
    keepAlive,
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(toDenoError(error)));
    server.listen({ host, port, backlog, reusePort }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
  return new NodeListener(server);
}

/** The connections that a server of `node:net` accepts. */
class NodeListener implements ByteListener {
  readonly address: Address;
  readonly #server: net.Server;
  readonly #sockets: net.Socket[] = [];
  #waiter: PromiseWithResolvers<void> | null = null;
  #error: Error | null = null;

  constructor(server: net.Server) {
    const { address: hostname, port } = server.address() as net.AddressInfo;
    this.address = { transport: "tcp", hostname, port };
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.push(socket);
      this.#waiter?.resolve();
    });
    server.on("error", (error) => {
      this.#error = toDenoError(error);
      this.#waiter?.resolve();
    });
  }

  async accept(): Promise<ByteChannel> {
    for (;;) {
      const socket = this.#sockets.shift();
      if (socket !== undefined) return new NodeSocketChannel(socket);
      if (this.#error !== null) {
        const error = this.#error;
        this.#error = null;
        throw error;
      }
      this.#waiter = Promise.withResolvers();
      await this.#waiter.promise;
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets.splice(0)) socket.destroy();
    this.#error = new Error("Listener has been closed");
    this.#waiter?.resolve();
  }
}
