import type net from "node:net";
import { toDenoError } from "./_node_errors.ts";
import type { ByteChannel, NetAddress } from "./byte_channel.ts";

/** The most that is handed to node:net at once, so that progress shows. */
const PIECE_BYTES = 256 * 1024;

/** How a socket of `node:net` is connected. */
export interface NodeConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** Connects by `node:net`, which can do what Deno's own API cannot. */
export async function connectNode(
  options: NodeConnectOptions,
  signal: AbortSignal,
): Promise<NodeSocketChannel> {
  const { connect } = await import("node:net");
  signal.throwIfAborted();
  const { host, port, localAddress, localPort } = options;
  return await new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ...(localAddress !== undefined && { localAddress }),
      ...(localPort !== undefined && { localPort }),
      allowHalfOpen: true,
      noDelay: true,
      autoSelectFamily: false,
    });
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", (error) => {
      signal.removeEventListener("abort", abort);
      reject(toDenoError(error));
    });
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      socket.removeAllListeners("error");
      resolve(new NodeSocketChannel(socket));
    });
  });
}

/** The byte channel of a socket of `node:net`: its abort resets. */
export class NodeSocketChannel implements ByteChannel {
  /** A TCP connection can be closed in one direction. */
  readonly canEnd = true;
  readonly #socket: net.Socket;
  readonly #peername: NetAddress;
  readonly #sockname: NetAddress;
  #rest: Uint8Array | null = null;
  #ended = false;
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  /** Creates the channel; the socket is the channel's from now on. */
  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#peername = address(socket.remoteAddress, socket.remotePort);
    this.#sockname = address(socket.localAddress, socket.localPort);
    socket.on("readable", () => this.#look());
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("error", (error) => {
      this.#error ??= toDenoError(error);
      this.#look();
    });
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const chunk = this.#rest ?? (this.#socket.read() as Uint8Array | null);
      if (chunk !== null) return this.#take(chunk, buffer);
      if (this.#error !== null) throw this.#error;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(data: Uint8Array): Promise<number> {
    const piece = data.subarray(0, PIECE_BYTES);
    return new Promise((resolve, reject) => {
      this.#socket.write(piece, (error) => {
        if (!error) resolve(piece.length);
        else reject(toDenoError(error));
      });
    });
  }

  end(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.end((error?: Error | null) => {
        if (!error) resolve();
        else reject(toDenoError(error));
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  extraInfo(name: string): unknown {
    switch (name) {
      case "socket":
        return this.#socket;
      case "peername":
        return this.#peername;
      case "sockname":
        return this.#sockname;
      default:
        return undefined;
    }
  }

  #take(chunk: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    this.#rest = count < chunk.length ? chunk.subarray(count) : null;
    return count;
  }

  #end(): void {
    this.#ended = true;
    this.#look();
  }

  #look(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

function address(hostname = "", port = 0): NetAddress {
  return { transport: "tcp", hostname, port };
}
