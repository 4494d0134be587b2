import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { denoFor } from "./_deno.ts";
import { checkNetPermission } from "./_net_permission.ts";
import type { BindOptions, DatagramChannel } from "./datagram_channel.ts";
import type { DatagramAddress } from "./datagram_channel.ts";
import { DatagramTransport } from "./datagram_transport.ts";
import type {
  PacketProtocol,
  PacketProtocolFactory,
} from "./datagram_protocol.ts";
import {
  type DatagramSocket,
  DenoDatagramChannel,
  type ListenDatagram,
} from "./deno_datagram_channel.ts";
import {
  type AddressFamily,
  getaddrinfo,
  type ResolvedAddress,
} from "./names.ts";
import { bindNodeDatagram } from "./node_datagram_channel.ts";
import type { TransportSite } from "./tcp.ts";

/** Options of `loop.createDatagramEndpoint()`. */
export interface CreateDatagramEndpointOptions {
  /** Which addresses of a name count, by default both kinds. */
  family?: AddressFamily;
  /** Whether others may bind the same address too, by default not. */
  reusePort?: boolean;
  /** Whether sending to broadcast addresses is allowed, by default not. */
  allowBroadcast?: boolean;
  /** How many routers a multicast datagram may pass, by default 1. */
  multicastTtl?: number;
  /** Whether this machine gets its own multicast datagrams, by default yes. */
  multicastLoopback?: boolean;
  /** The address of the interface that multicast datagrams go out by. */
  multicastInterface?: string;
  /** A socket that is bound already, as a `Deno.DatagramConn`. */
  sock?: DatagramSocket;
  /** Closes the endpoint when it aborts; until it is open, with its reason. */
  signal?: AbortSignal;
}

/** Binds a UDP socket and gives it a protocol. */
export function* createDatagramEndpoint<P extends PacketProtocol>(
  { loop, resources }: TransportSite,
  protocolFactory: PacketProtocolFactory<P>,
  localAddr: DatagramAddress | null | undefined,
  remoteAddr: DatagramAddress | null | undefined,
  options: CreateDatagramEndpointOptions,
): CoroutineGenerator<[DatagramTransport, P]> {
  const { sock, family = 0, signal } = options;
  checkAddresses(localAddr, remoteAddr, options);
  signal?.throwIfAborted();
  const remote = remoteAddr == null
    ? null
    : yield* resolveFirst(remoteAddr, family);
  const channel = sock === undefined
    ? yield* bindLocal(localAddr, remote?.family ?? family, options)
    : new DenoDatagramChannel(sock);
  let protocol: P;
  try {
    protocol = protocolFactory();
  } catch (error) {
    channel.close();
    throw error;
  }
  const transport = new DatagramTransport({
    loop,
    channel,
    protocol,
    remote,
    resources,
  });
  const waiter = loop.createFuture<void>();
  transport.begin(waiter);
  try {
    yield* waiter;
    signal?.throwIfAborted();
    transport.closeOn(signal);
  } catch (error) {
    transport.abort();
    throw error;
  }
  return [transport, protocol];
}

function* resolveFirst(
  { hostname, port }: DatagramAddress,
  family: AddressFamily,
): CoroutineGenerator<ResolvedAddress> {
  const found = yield* getaddrinfo(hostname, port, { family, type: "udp" });
  return found[0]!;
}

/** Binds to the first address that can be bound. */
function* bindLocal(
  localAddr: DatagramAddress | null | undefined,
  family: AddressFamily,
  options: CreateDatagramEndpointOptions,
): CoroutineGenerator<DatagramChannel> {
  const anywhere = { hostname: family === 6 ? "::" : "0.0.0.0", port: 0 };
  const { hostname, port } = localAddr ?? anywhere;
  const candidates = yield* getaddrinfo(hostname, port, {
    family,
    type: "udp",
    passive: true,
  });
  let failure: unknown;
  for (const candidate of candidates) {
    try {
      return yield* bind(candidate, options);
    } catch (error) {
      failure ??= error;
      if ((error as { code?: unknown }).code === undefined) throw error;
    }
  }
  throw failure;
}

/** Binds by Deno's own UDP if it is there and can do what is asked for. */
function* bind(
  { hostname, port }: ResolvedAddress,
  options: CreateDatagramEndpointOptions,
): CoroutineGenerator<DatagramChannel> {
  const deno = denoFor("create datagram endpoint");
  checkNetPermission(deno, hostname, port);
  const wanted: BindOptions = {
    reusePort: options.reusePort ?? false,
    allowBroadcast: options.allowBroadcast ?? false,
    multicastTtl: options.multicastTtl,
    multicastLoopback: options.multicastLoopback,
    multicastInterface: options.multicastInterface,
  };
  const isPlain = Object.values(wanted).every((value) => !value);
  const { listenDatagram } = deno as { listenDatagram?: ListenDatagram };
  if (isPlain && wanted.multicastLoopback !== false && listenDatagram) {
    return new DenoDatagramChannel(
      listenDatagram({ transport: "udp", hostname, port }),
    );
  }
  const binding = bindNodeDatagram(hostname, port, wanted);
  try {
    return yield* wrapFuture(binding);
  } catch (error) {
    binding.then((channel) => channel.close(), () => {});
    throw error;
  }
}

function checkAddresses(
  localAddr: DatagramAddress | null | undefined,
  remoteAddr: DatagramAddress | null | undefined,
  { sock, family = 0 }: CreateDatagramEndpointOptions,
): void {
  if (sock !== undefined && localAddr != null) {
    throw new RangeError(
      "Cannot create datagram endpoint: localAddr is given as well as sock",
    );
  }
  if (localAddr == null && remoteAddr == null && !sock && family === 0) {
    throw new RangeError(
      "Cannot create datagram endpoint: neither an address nor a family nor " +
        "sock is given",
    );
  }
}
