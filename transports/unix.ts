import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { beginServing } from "./_begin_serving.ts";
import { connect } from "./_connect.ts";
import { denoFor } from "./_deno.ts";
import { waitForOpening } from "./_opening.ts";
import { isAbstract, removeStaleSocket, SocketFile } from "./_socket_file.ts";
import { clientSettings, serverSettings } from "./_tls_settings.ts";
import { DenoConnChannel } from "./deno_conn_channel.ts";
import type { ProtocolFactory, StreamProtocol } from "./protocols.ts";
import { Server } from "./server.ts";
import type { TransportSite } from "./tcp.ts";
import { refuseDeno, tlsOverChannel } from "./tls.ts";
import { tlsWrapper } from "./tls_listener.ts";
import type { TlsClientCall, TlsServerCall } from "./tls_options.ts";
import type { Transport } from "./transports.ts";
import { UnixListener, untilFree } from "./unix_listener.ts";

/** Why Deno's own TLS is refused here. */
const NEEDS_TCP = "needs a TCP socket";

/** Options of `loop.createUnixConnection()`. */
export interface CreateUnixConnectionOptions extends TlsClientCall {
  /** A connection that is open already, in place of a path. */
  sock?: Deno.Conn;
  /** Gives up connecting when it aborts, with its reason. */
  signal?: AbortSignal;
}

/** Options of `loop.createUnixServer()`. */
export interface CreateUnixServerOptions extends TlsServerCall {
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
  options: CreateUnixConnectionOptions,
): CoroutineGenerator<[Transport, P]> {
  const action = "create Unix connection";
  const { sock, signal } = options;
  const target = pathOrSock(action, path, sock);
  const tls = clientSettings(action, options, null);
  if (tls !== null) refuseDeno(action, tls, NEEDS_TCP);
  const conn = typeof target === "string"
    ? yield* dial(target, signal)
    : target;
  const lower = new DenoConnChannel(conn);
  const channel = tls === null ? lower : tlsOverChannel(loop, lower, tls);
  return yield* connect(loop, channel, protocolFactory, resources, signal);
}

/** Listens on a Unix socket, or on a listener that is open already. */
export function* createUnixServer(
  { loop, resources }: TransportSite,
  protocolFactory: ProtocolFactory,
  path: string | null | undefined,
  options: CreateUnixServerOptions,
): CoroutineGenerator<Server> {
  const { sock, startServing = true, cleanupSocket = true } = options;
  const action = "create Unix server";
  const target = pathOrSock(action, path, sock);
  const tls = serverSettings(action, options);
  if (tls !== null) refuseDeno(action, tls, NEEDS_TCP);
  options.signal?.throwIfAborted();
  const wrap = tls === null ? null : yield* tlsWrapper(loop, tls);
  const listener = typeof target === "string"
    ? yield* listenOn(target, cleanupSocket)
    : new UnixListener(target, null, true);
  const listeners = [wrap?.(listener) ?? listener];
  const server = new Server(loop, listeners, protocolFactory, resources);
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
