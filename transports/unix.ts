import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { beginServing } from "./_begin_serving.ts";
import { connect } from "./_connect.ts";
import { denoFor } from "./_deno.ts";
import { waitForOpening } from "./_opening.ts";
import { isAbstract, removeStaleSocket, SocketFile } from "./_socket_file.ts";
import { DenoConnChannel } from "./deno_conn_channel.ts";
import type { ProtocolFactory, StreamProtocol } from "./protocols.ts";
import { Server } from "./server.ts";
import type { TransportSite } from "./tcp.ts";
import type { Transport } from "./transports.ts";
import { UnixListener, untilFree } from "./unix_listener.ts";

/** Options of `loop.createUnixConnection()`. */
export interface CreateUnixConnectionOptions {
  /** A connection that is open already, in place of a path. */
  sock?: Deno.Conn;
  /** Gives up connecting when it aborts, with its reason. */
  signal?: AbortSignal;
}

/** Options of `loop.createUnixServer()`. */
export interface CreateUnixServerOptions {
  /** A listener that is open already, in place of a path. */
  sock?: Deno.Listener;
  /** Whether to accept at once, which is the default. */
  startServing?: boolean;
  /** Closes the server when it aborts. */
  signal?: AbortSignal;
  /** Whether closing the server removes the socket file, by default yes. */
  cleanupSocket?: boolean;
}

/** Opens a connection to a Unix socket and gives it a protocol. */
export function* createUnixConnection<P extends StreamProtocol>(
  { loop, resources }: TransportSite,
  protocolFactory: ProtocolFactory<P>,
  path: string | null | undefined,
  { sock, signal }: CreateUnixConnectionOptions,
): CoroutineGenerator<[Transport, P]> {
  const target = pathOrSock("create Unix connection", path, sock);
  const conn = typeof target === "string"
    ? yield* dial(target, signal)
    : target;
  const channel = new DenoConnChannel(conn);
  return yield* connect(loop, channel, protocolFactory, resources);
}

/** Listens on a Unix socket, or on a listener that is open already. */
export function* createUnixServer(
  { loop, resources }: TransportSite,
  protocolFactory: ProtocolFactory,
  path: string | null | undefined,
  options: CreateUnixServerOptions,
): CoroutineGenerator<Server> {
  const { sock, startServing = true, cleanupSocket = true } = options;
  const target = pathOrSock("create Unix server", path, sock);
  options.signal?.throwIfAborted();
  const listener = typeof target === "string"
    ? yield* listenOn(target, cleanupSocket)
    : new UnixListener(target, null, true);
  const server = new Server(loop, [listener], protocolFactory, resources);
  server.closeOn(options.signal);
  return startServing ? yield* beginServing(server) : server;
}

function* listenOn(
  path: string,
  cleanup: boolean,
): CoroutineGenerator<UnixListener> {
  const deno = denoFor("create Unix server");
  yield* wrapFuture(untilFree(path));
  removeStaleSocket(deno, path);
  const listener = deno.listen({ transport: "unix", path });
  const file = isAbstract(path) ? null : new SocketFile(deno, path);
  return new UnixListener(listener, file, cleanup);
}

function* dial(
  path: string,
  signal: AbortSignal | undefined,
): CoroutineGenerator<Deno.Conn> {
  const deno = denoFor("create Unix connection");
  return yield* waitForOpening<Deno.Conn>(
    () => deno.connect({ transport: "unix", path }),
    (conn) => conn.close(),
    signal,
  );
}

function pathOrSock<S>(
  action: string,
  path: string | null | undefined,
  sock: S | undefined,
): string | S {
  if (path != null && sock !== undefined) {
    throw new RangeError(`Cannot ${action}: path is given as well as sock`);
  }
  const target = path ?? sock;
  if (target !== undefined) return target;
  throw new RangeError(`Cannot ${action}: neither path nor sock is given`);
}
