import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { beginServing } from "./_begin_serving.ts";
import { connect } from "./_connect.ts";
import { denoFor } from "./_deno.ts";
import { choosesAddresses, dialAddresses, type DialOptions } from "./_dial.ts";
import { type ListenHost, listenOn } from "./_listen.ts";
import type { OpenResources } from "./_open_resources.ts";
import { waitForOpening } from "./_opening.ts";
import { DenoConnChannel } from "./deno_conn_channel.ts";
import { DenoListener } from "./deno_listener.ts";
import { listenOnNode } from "./node_listener.ts";
import type { ProtocolFactory, StreamProtocol } from "./protocols.ts";
import { Server } from "./server.ts";
import type { Transport } from "./transports.ts";

/** How many connections wait to be accepted, unless told otherwise. */
const DEFAULT_BACKLOG = 100;

/** Options of `loop.createConnection()`. */
export interface CreateConnectionOptions extends DialOptions {
  /** A connection that is open already, in place of a host and a port. */
  sock?: Deno.Conn;
}

/** Options of `loop.createServer()`. */
export interface CreateServerOptions {
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
  const { sock, signal } = options;
  checkEither("create connection", host ?? port, sock);
  if (sock === undefined && choosesAddresses(options)) {
    const channel = yield* dialAddresses(host, port ?? 0, options);
    return yield* connect(site.loop, channel, protocolFactory, site.resources);
  }
  const conn = sock ?? (yield* dial(host, port ?? 0, signal));
  return yield* connectConn(site, protocolFactory, conn);
}

/** Gives a protocol to a connection that was accepted elsewhere. */
export function* connectAcceptedSocket<P extends StreamProtocol>(
  site: TransportSite,
  protocolFactory: ProtocolFactory<P>,
  sock: Deno.Conn,
): CoroutineGenerator<[Transport, P]> {
  return yield* connectConn(site, protocolFactory, sock);
}

/** Listens for TCP connections, or on a listener that is open already. */
export function* createServer(
  site: TransportSite,
  protocolFactory: ProtocolFactory,
  host: ListenHost,
  port: number | null | undefined,
  options: CreateServerOptions,
): CoroutineGenerator<Server> {
  const { sock, backlog = DEFAULT_BACKLOG, startServing = true } = options;
  checkEither("create server", host ?? port, sock);
  options.signal?.throwIfAborted();
  if (sock === undefined && (options.reusePort || options.resetOnAbort)) {
    const listeners = yield* listenOnNode(host, port ?? 0, {
      backlog,
      reusePort: options.reusePort ?? false,
      keepAlive: options.keepAlive ?? false,
    });
    const { loop, resources } = site;
    const server = new Server(loop, listeners, protocolFactory, resources);
    server.closeOn(options.signal);
    return startServing ? yield* beginServing(server) : server;
  }
  const deno = denoFor("create server");
  const listeners = sock !== undefined
    ? [sock]
    : yield* listenOn(deno, host, port ?? 0, backlog);
  const prepare = (conn: Deno.Conn) => {
    setNoDelay(conn);
    if (options.keepAlive) (conn as Partial<Deno.TcpConn>).setKeepAlive?.(true);
  };
  const server = new Server(
    site.loop,
    listeners.map((listener) => new DenoListener(listener, prepare)),
    protocolFactory,
    site.resources,
  );
  server.closeOn(options.signal);
  return startServing ? yield* beginServing(server) : server;
}

function* connectConn<P extends StreamProtocol>(
  { loop, resources }: TransportSite,
  protocolFactory: ProtocolFactory<P>,
  conn: Deno.Conn,
): CoroutineGenerator<[Transport, P]> {
  setNoDelay(conn);
  const channel = new DenoConnChannel(conn);
  return yield* connect(loop, channel, protocolFactory, resources);
}

/** Opens a connection; Deno's default host is the loopback address. */
function* dial(
  host: string | null | undefined,
  port: number,
  signal: AbortSignal | undefined,
): CoroutineGenerator<Deno.Conn> {
  const deno = denoFor("create connection");
  const hostname = host || "127.0.0.1";
  return yield* waitForOpening(
    (signal) => deno.connect({ transport: "tcp", hostname, port, signal }),
    (conn) => conn.close(),
    signal,
  );
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
