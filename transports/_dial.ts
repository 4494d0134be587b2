import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { connectRace, type ConnectRaceOptions } from "./_connect_race.ts";
import { denoFor } from "./_deno.ts";
import { waitForOpening } from "./_opening.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { DatagramAddress } from "./datagram_channel.ts";
import { DenoConnChannel } from "./deno_conn_channel.ts";
import {
  type AddressFamily,
  getaddrinfo,
  type ResolvedAddress,
} from "./names.ts";
import { connectNode } from "./node_socket_channel.ts";

/** How a TCP connection is opened. */
export interface DialOptions extends ConnectRaceOptions {
  /** Which addresses of a name count, by default both kinds. */
  family?: AddressFamily;
  /**
   * Where the connection comes from; port 0 for any that is free. Served by
   * `node:net`, because Deno's own sockets cannot.
   */
  localAddr?: DatagramAddress | null;
  /**
   * Whether `abort()` resets the connection, so that the peer sees an error and
   * not the end. Served by `node:net`, because Deno's own sockets cannot.
   */
  resetOnAbort?: boolean;
  /** Gives up connecting when it aborts, with its reason. */
  signal?: AbortSignal;
}

/** Tells whether connecting takes more than Deno does by itself. */
export function choosesAddresses(options: DialOptions): boolean {
  const { happyEyeballsDelay, interleave, allErrors, family } = options;
  return happyEyeballsDelay != null || interleave !== undefined ||
    allErrors === true || family !== undefined || needsNode(options);
}

/** Opens a connection as the options say. */
export function* dialAddresses(
  host: string | null | undefined,
  port: number,
  options: DialOptions,
): CoroutineGenerator<ByteChannel> {
  const { localAddr, family = 0 } = options;
  checkDelay(options.happyEyeballsDelay);
  const addresses = yield* getaddrinfo(host || "127.0.0.1", port, { family });
  const local = localAddr == null
    ? null
    : yield* getaddrinfo(localAddr.hostname, localAddr.port, { family });
  const connector = needsNode(options)
    ? (address: ResolvedAddress) => viaNode(address, local, options.signal)
    : (address: ResolvedAddress) => viaDeno(address, options.signal);
  return yield* connectRace(addresses, connector, options);
}

function needsNode({ localAddr, resetOnAbort }: DialOptions): boolean {
  return localAddr != null || resetOnAbort === true;
}

function* viaDeno(
  { hostname, port }: ResolvedAddress,
  signal: AbortSignal | undefined,
): CoroutineGenerator<ByteChannel> {
  const deno = denoFor("create connection");
  const conn = yield* waitForOpening(
    (signal) => deno.connect({ transport: "tcp", hostname, port, signal }),
    (conn) => conn.close(),
    signal,
  );
  conn.setNoDelay(true);
  return new DenoConnChannel(conn);
}

/** Connects from the first local address of the same family. */
function* viaNode(
  { hostname, port, family }: ResolvedAddress,
  local: readonly ResolvedAddress[] | null,
  signal: AbortSignal | undefined,
): CoroutineGenerator<ByteChannel> {
  const from = local?.find((address) => address.family === family);
  if (local !== null && from === undefined) {
    throw new RangeError(
      `Cannot connect to ${hostname}: there is no local address for IPv${family}`,
    );
  }
  return yield* waitForOpening<ByteChannel>(
    (signal) =>
      connectNode({
        host: hostname,
        port,
        localAddress: from?.hostname,
        localPort: from?.port,
      }, signal),
    (channel) => channel.close(),
    signal,
  );
}

function checkDelay(delay: number | null | undefined): void {
  if (delay == null || delay >= 0) return;
  throw new RangeError(
    "Cannot create connection: happyEyeballsDelay must not be negative, " +
      `received ${delay}`,
  );
}
