import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { beginServing } from "./_begin_serving.ts";
import { connect } from "./_connect.ts";
import { denoFor } from "./_deno.ts";
import { choosesAddresses, dialAddresses, type DialOptions } from "./_dial.ts";
import { type ListenHost, listenOn } from "./_listen.ts";
import type { OpenResources } from "./_open_resources.ts";
import { waitForOpening } from "./_opening.ts";
import { clientSettings, serverSettings } from "./_tls_settings.ts";
import type { ByteChannel, ByteListener } from "./byte_channel.ts";
import { DenoConnChannel } from "./deno_conn_channel.ts";
import { DenoListener } from "./deno_listener.ts";
import { nameLookup } from "./names.ts";
import { listenOnNode } from "./node_listener.ts";
import type { ProtocolFactory, StreamProtocol } from "./protocols.ts";
import { Server } from "./server.ts";
import { refuseDeno, tlsClientChannel, tlsOverChannel } from "./tls.ts";
import { denoTlsListening, tlsWrapper } from "./tls_listener.ts";
import type { TlsClientCall, TlsServerCall } from "./tls_options.ts";
import type { Transport } from "./transports.ts";

/** How many connections wait to be accepted, unless told otherwise. */
const DEFAULT_BACKLOG = 100;

/** Options of `loop.createConnection()`. */
export interface CreateConnectionOptions extends DialOptions, TlsClientCall {
  /** A connection that is open already, in place of a host and a port. */
  sock?: Deno.Conn;
}

/** Options of `loop.createServer()`. */
export interface CreateServerOptions extends TlsServerCall {
  /** A listener that is open already, in place of a host and a port. */
  sock?: Deno.Listener;
  /** How many connections may wait to be accepted, by default 100. */
  backlog?: number;
  /**
   * Whether to accept at once, which is the default, or from `startServing()`
   * on. Until then clients can connect, but are not served.
   */
  startServing?: boolean;
  /** Closes the server when it aborts. */
  signal?: AbortSignal;
  /** Whether the system probes connections that are idle, by default not. */
  keepAlive?: boolean;
  /**
   * Whether others may listen on the same port too, by default not; connections
   * are then shared out. Served by `node:net`, because Deno's own sockets cannot
   * without a flag.
   */
  reusePort?: boolean;
  /**
   * Whether `abort()` resets connections, so that the peer sees an error and not
   * the end. Served by `node:net`, because Deno's own sockets cannot.
   */
  resetOnAbort?: boolean;
}

/** Options of `loop.connectAcceptedSocket()`. */
export interface ConnectAcceptedSocketOptions extends TlsServerCall {
  /** Closes the connection when it aborts before the protocol knows of it. */
  signal?: AbortSignal;
}

/** Where transports live: on a loop that knows what is open. */
export interface TransportSite {
  /** The loop that calls the protocols. */
  readonly loop: BaseEventLoop;
  /** What the loop must release when it closes. */
  readonly resources: OpenResources;
}

/** Opens a TCP connection, or takes an open one, and gives it a protocol. */
export function* createConnection<P extends StreamProtocol>(
  site: TransportSite,
  protocolFactory: ProtocolFactory<P>,
  host: string | null | undefined,
  port: number | null | undefined,
  options: CreateConnectionOptions,
): CoroutineGenerator<[Transport, P]> {
  const { loop, resources } = site;
  const { sock, signal } = options;
  checkEither("create connection", host ?? port, sock);
  const tls = clientSettings("create connection", options, host);
  const lower = sock === undefined
    ? yield* open(host, port ?? 0, options)
    : channelOf(sock);
  const channel = tls === null ? lower : tlsClientChannel(loop, lower, tls);
  return yield* connect(loop, channel, protocolFactory, resources, signal);
}

/** Gives a protocol to a connection that was accepted elsewhere. */
export function* connectAcceptedSocket<P extends StreamProtocol>(
  site: TransportSite,
  protocolFactory: ProtocolFactory<P>,
  sock: Deno.Conn,
  options: ConnectAcceptedSocketOptions,
): CoroutineGenerator<[Transport, P]> {
  const { loop, resources } = site;
  const action = "connect accepted socket";
  const tls = serverSettings(action, options);
  if (tls !== null) refuseDeno(action, tls, "must have accepted it");
  const lower = channelOf(sock);
  const channel = tls === null ? lower : tlsOverChannel(loop, lower, tls);
  const { signal } = options;
  return yield* connect(loop, channel, protocolFactory, resources, signal);
}

/** Listens for TCP connections, or on a listener that is open already. */
export function* createServer(
  site: TransportSite,
  protocolFactory: ProtocolFactory,
  host: ListenHost,
  port: number | null | undefined,
  options: CreateServerOptions,
): CoroutineGenerator<Server> {
  const { sock, startServing = true } = options;
  checkEither("create server", host ?? port, sock);
  options.signal?.throwIfAborted();
  const { loop, resources } = site;
  const listeners = yield* openListeners(loop, host, port ?? 0, options);
  const server = new Server(loop, listeners, protocolFactory, resources);
  server.closeOn(options.signal);
  return startServing ? yield* beginServing(server) : server;
}

/** Opens what a server accepts from; Deno's own TLS has its own listeners. */
function* openListeners(
  loop: BaseEventLoop,
  host: ListenHost,
  port: number,
  options: CreateServerOptions,
): CoroutineGenerator<ByteListener[]> {
  const { sock, backlog = DEFAULT_BACKLOG } = options;
  const { keepAlive = false, reusePort = false } = options;
  const tls = serverSettings("create server", options);
  const byNode = !sock && (reusePort || options.resetOnAbort === true);
  const wrap = tls === null
    ? (lower: ByteListener) => lower
    : yield* tlsWrapper(loop, tls);
  if (tls !== null && (byNode || sock || keepAlive)) {
    refuseDeno("create server", tls, "needs a usual socket of its own");
  }
  if (byNode) {
    const settings = { backlog, reusePort, keepAlive };
    return (yield* listenOnNode(host, port, settings)).map(wrap);
  }
  const deno = denoFor("create server");
  const listening = tls?.backend === "deno"
    ? denoTlsListening(deno, tls)
    : deno;
  const listeners: Deno.Listener[] = sock !== undefined
    ? [sock]
    : yield* listenOn<Deno.Listener>(listening, host, port, backlog);
  const prepare = (conn: Deno.Conn) => {
    setNoDelay(conn);
    if (keepAlive) (conn as Partial<Deno.TcpConn>).setKeepAlive?.(true);
  };
  return listeners.map((each) => wrap(new DenoListener(each, prepare)));
}

/** Makes the channel of a connection that is open already. */
function channelOf(conn: Deno.Conn): DenoConnChannel {
  setNoDelay(conn);
  return new DenoConnChannel(conn);
}

/** Opens a connection, in the simplest way that does what is asked. */
function* open(
  host: string | null | undefined,
  port: number,
  options: CreateConnectionOptions,
): CoroutineGenerator<ByteChannel> {
  if (choosesAddresses(options)) {
    return yield* dialAddresses(host, port, options);
  }
  return channelOf(yield* dial(host, port, options.signal));
}

/** Opens a connection; Deno's default host is the loopback address. */
function* dial(
  host: string | null | undefined,
  port: number,
  signal: AbortSignal | undefined,
): CoroutineGenerator<Deno.Conn> {
  const deno = denoFor("create connection");
  const hostname = host || "127.0.0.1";
  try {
    return yield* waitForOpening(
      (signal) => deno.connect({ transport: "tcp", hostname, port, signal }),
      (conn) => conn.close(),
      signal,
    );
  } catch (error) {
    throw nameLookup(error, hostname);
  }
}

function checkEither(action: string, address: unknown, sock: unknown): void {
  if ((address == null) !== (sock === undefined)) return;
  throw new RangeError(
    sock === undefined
      ? `Cannot ${action}: neither host and port nor sock are given`
      : `Cannot ${action}: host and port are given as well as sock`,
  );
}

/** Small writes go out at once, without waiting for acknowledgements. */
function setNoDelay(conn: Deno.Conn): void {
  (conn as Partial<Deno.TcpConn>).setNoDelay?.(true);
}
