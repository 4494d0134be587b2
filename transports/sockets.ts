import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { toBytes } from "./_bytes.ts";
import { denoFor } from "./_deno.ts";
import { waitForOpening } from "./_opening.ts";
import {
  Arrivals,
  type ReadableSocket,
  type SendJob,
  SocketState,
  type WritableSocket,
} from "./_socket_states.ts";
import type { NetAddress } from "./byte_channel.ts";
import type { DatagramAddress } from "./datagram_channel.ts";
import type { DatagramSocket } from "./deno_datagram_channel.ts";
import { nameLookup } from "./names.ts";

/** Where a socket is connected to: a host and a port, or a path. */
export type SocketAddress = DatagramAddress | { readonly path: string };

const sockets = new WeakMap<object, SocketState>();
const listeners = new WeakMap<object, Arrivals<Deno.Conn>>();
const datagrams = new WeakMap<object, Arrivals<[Uint8Array, NetAddress]>>();

/** Opens a connection: Deno has no sockets that are not connected. */
export function* sockConnect(
  address: SocketAddress,
  signal: AbortSignal | undefined,
): CoroutineGenerator<Deno.Conn> {
  const deno = denoFor("connect socket");
  const open = (signal: AbortSignal) => {
    if ("path" in address) {
      return deno.connect({ transport: "unix", path: address.path });
    }
    const { hostname, port } = address;
    return deno.connect({ transport: "tcp", hostname, port, signal });
  };
  try {
    return yield* waitForOpening<Deno.Conn>(
      open,
      (conn) => conn.close(),
      signal,
    );
  } catch (error) {
    throw "path" in address ? error : nameLookup(error, address.hostname);
  }
}

/** Accepts a connection; one that comes when nobody waits is kept. */
export function* sockAccept(
  listener: Deno.Listener,
): CoroutineGenerator<[Deno.Conn, Deno.Addr]> {
  const accepted = stateOf(listeners, listener, () => new Arrivals());
  for (;;) {
    const conn = accepted.take();
    if (conn !== undefined) return [conn, conn.remoteAddr];
    yield* wrapFuture(accepted.wait(() => listener.accept()));
  }
}

/** Receives at most so many bytes; none at the end. */
export function* sockRecv(
  sock: ReadableSocket,
  size: number,
): CoroutineGenerator<Uint8Array> {
  checkSize(size);
  if (size === 0) return new Uint8Array();
  const { input } = stateOf(sockets, sock, () => new SocketState());
  for (;;) {
    const data = input.take();
    if (data !== undefined) {
      if (data.length > size) input.putBack(data.subarray(size));
      return data.subarray(0, size);
    }
    yield* wrapFuture(input.wait(() => readSome(sock, size)));
  }
}

/** Receives into a buffer. */
export function* sockRecvInto(
  sock: ReadableSocket,
  buffer: Uint8Array,
): CoroutineGenerator<number> {
  const data = yield* sockRecv(sock, buffer.length);
  buffer.set(data);
  return data.length;
}

/** Sends all bytes, after those that others are sending. */
export function* sockSendall(
  sock: WritableSocket,
  data: Uint8Array | string,
): CoroutineGenerator<void> {
  const job: SendJob = { cancelled: false };
  const state = stateOf(sockets, sock, () => new SocketState());
  try {
    yield* wrapFuture(state.send(sock, toBytes(data), job));
  } catch (error) {
    job.cancelled = true;
    throw error;
  }
}

/** Receives a datagram; one that comes when nobody waits is kept. */
export function* sockRecvfrom(
  sock: DatagramSocket,
  size: number,
): CoroutineGenerator<[Uint8Array, NetAddress]> {
  checkSize(size);
  const arrived = stateOf(datagrams, sock, () => new Arrivals());
  for (;;) {
    const datagram = arrived.take();
    if (datagram !== undefined) {
      return [datagram[0].subarray(0, size), datagram[1]];
    }
    yield* wrapFuture(
      arrived.wait(() => sock.receive() as Promise<[Uint8Array, NetAddress]>),
    );
  }
}

/** Receives a datagram into a buffer; what does not fit is lost. */
export function* sockRecvfromInto(
  sock: DatagramSocket,
  buffer: Uint8Array,
  size: number,
): CoroutineGenerator<[number, NetAddress]> {
  const most = size === 0 ? buffer.length : Math.min(size, buffer.length);
  const [data, address] = yield* sockRecvfrom(sock, most);
  buffer.set(data);
  return [data.length, address];
}

/** Sends a datagram. */
export function* sockSendto(
  sock: DatagramSocket,
  data: Uint8Array | string,
  { hostname, port }: DatagramAddress,
): CoroutineGenerator<number> {
  const bytes = toBytes(data).slice();
  const address: NetAddress = { transport: "udp", hostname, port };
  yield* wrapFuture(sock.send(bytes, address as never));
  return bytes.length;
}

async function readSome(
  sock: ReadableSocket,
  size: number,
): Promise<Uint8Array> {
  const buffer = new Uint8Array(size);
  const count = await sock.read(buffer);
  return buffer.subarray(0, count ?? 0);
}

function stateOf<K extends object, S>(
  states: WeakMap<K, S>,
  key: K,
  create: () => S,
): S {
  let state = states.get(key);
  if (state === undefined) states.set(key, state = create());
  return state;
}

function checkSize(size: number): void {
  if (Number.isInteger(size) && size >= 0) return;
  throw new RangeError(
    `Cannot receive: size must be a natural number, received ${size}`,
  );
}
