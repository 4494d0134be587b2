import type { NetAddress } from "./byte_channel.ts";
import type { DatagramChannel, DatagramSink } from "./datagram_channel.ts";

/**
 * A socket for datagrams with the methods of `Deno.DatagramConn`, which is one;
 * so is a `DatagramEndpoint`.
 */
export interface DatagramSocket {
  /** Where it is bound. */
  readonly addr: unknown;
  /**
   * Waits for a datagram.
   *
   * @param buffer Where to put the bytes; what does not fit is lost.
   * @returns The bytes, and where they come from.
   */
  receive(buffer?: Uint8Array): PromiseLike<[Uint8Array, unknown]>;
  /**
   * Sends a datagram.
   *
   * @param data The bytes.
   * @param address Where to.
   * @returns How many bytes were sent.
   */
  send(data: Uint8Array, address: never): PromiseLike<unknown>;
  /** Closes it. */
  close(): void;
}

/** What a `Deno.DatagramConn` can do beyond that. */
interface MulticastSocket extends DatagramSocket {
  joinMulticastV4(group: string, from: string): Promise<Membership>;
  joinMulticastV6(group: string, from: number): Promise<Membership>;
}

interface Membership {
  leave(): Promise<void>;
}

/** The longest datagram there is; Deno would take memory for one each time. */
const MOST_BYTES = 65536;

/** Deno's own UDP, which is faster but hidden behind a flag. */
export type ListenDatagram = (options: {
  transport: "udp";
  hostname: string;
  port: number;
}) => DatagramSocket;

/** The datagram channel of a `Deno.DatagramConn`. */
export class DenoDatagramChannel implements DatagramChannel {
  readonly socket: DatagramSocket;
  readonly #memberships = new Map<string, Membership>();
  #closed = false;

  /** Creates the channel; the socket is the channel's from now on. */
  constructor(socket: DatagramSocket) {
    this.socket = socket;
  }

  get address(): NetAddress {
    return this.socket.addr as NetAddress;
  }

  /** Receives one at a time: waiting twice would change their order. */
  async start(sink: DatagramSink): Promise<void> {
    const buffer = new Uint8Array(MOST_BYTES);
    while (!this.#closed) {
      try {
        const [data, address] = await this.socket.receive(buffer);
        if (!this.#closed) sink.received(data.slice(), address as NetAddress);
      } catch (error) {
        if (!this.#closed) return sink.failed(error);
      }
    }
  }

  async send(data: Uint8Array, address: NetAddress): Promise<void> {
    try {
      await this.socket.send(data, address as never);
    } catch (error) {
      throw withCode(error);
    }
  }

  async join(group: string, interfaceAddress?: string): Promise<void> {
    const socket = this.socket as MulticastSocket;
    const membership = group.includes(":")
      ? await socket.joinMulticastV6(group, Number(interfaceAddress ?? 0))
      : await socket.joinMulticastV4(group, interfaceAddress ?? "0.0.0.0");
    this.#memberships.set(`${group} ${interfaceAddress}`, membership);
  }

  async leave(group: string, interfaceAddress?: string): Promise<void> {
    const key = `${group} ${interfaceAddress}`;
    const membership = this.#memberships.get(key);
    if (membership === undefined) {
      throw new RangeError(`Cannot leave ${group}: it was not joined`);
    }
    this.#memberships.delete(key);
    await membership.leave();
  }

  close(): void {
    this.#closed = true;
    this.socket.close();
  }
}

/** Gives the error of a name that is not found the code that it has elsewhere. */
function withCode(error: unknown): unknown {
  const isLookup = error instanceof Error && !("code" in error) &&
    error.message.includes("failed to lookup address");
  return isLookup ? Object.assign(error, { code: "ENOTFOUND" }) : error;
}
