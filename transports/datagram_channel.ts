import type { NetAddress } from "./byte_channel.ts";

/** Where a datagram is sent to. */
export interface DatagramAddress {
  /** A numeric address, or a name, which is looked up for every datagram. */
  readonly hostname: string;
  /** The port number. */
  readonly port: number;
}

/** Who is told what happens to a datagram channel. */
export interface DatagramSink {
  /** A datagram has arrived; the bytes are the sink's to keep. */
  received(data: Uint8Array, address: NetAddress): void;
  /** Receiving failed. */
  failed(error: unknown): void;
}

/** A UDP socket, as a datagram transport uses it. */
export interface DatagramChannel {
  /** Where it is bound. */
  readonly address: NetAddress;
  /** What is beneath: a `Deno.DatagramConn` or a socket of `node:dgram`. */
  readonly socket: unknown;

  /** Starts to receive; called once. */
  start(sink: DatagramSink): void;

  /**
   * Sends a datagram.
   *
   * @param data The bytes; they must not change until the sending ends.
   * @param address Where to.
   * @returns A promise that resolves when the system has taken it.
   */
  send(data: Uint8Array, address: NetAddress): Promise<void>;

  /** Joins a multicast group, on an interface or the system's choice of one. */
  join(group: string, interfaceAddress: string | undefined): Promise<void>;

  /** Leaves a multicast group. */
  leave(group: string, interfaceAddress: string | undefined): Promise<void>;

  /** Closes the socket. */
  close(): void;
}

/** How a UDP socket is opened. */
export interface BindOptions {
  /** Whether others may bind the same port too. */
  readonly reusePort: boolean;
  /** Whether sending to broadcast addresses is allowed. */
  readonly allowBroadcast: boolean;
  /** How many routers a multicast datagram may pass. */
  readonly multicastTtl: number | undefined;
  /** Whether this machine receives its own multicast datagrams. */
  readonly multicastLoopback: boolean | undefined;
  /** The address of the interface that multicast datagrams go out by. */
  readonly multicastInterface: string | undefined;
}
