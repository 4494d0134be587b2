import type { ListenHost } from "../transports/_listen.ts";
import type { CreateDatagramEndpointOptions } from "../transports/datagram.ts";
import type {
  PacketProtocol,
  PacketProtocolFactory,
} from "../transports/datagram_protocol.ts";
import type { DatagramAddress } from "../transports/datagram_channel.ts";
import type { NetAddress } from "../transports/byte_channel.ts";
import type { DatagramSocket } from "../transports/deno_datagram_channel.ts";
import type {
  SendfileOptions,
  SendfileSource,
} from "../transports/sendfile.ts";
import type { SocketAddress } from "../transports/sockets.ts";
import type { DatagramTransport } from "../transports/datagram_transport.ts";
import type {
  GetaddrinfoOptions,
  GetnameinfoOptions,
  ResolvedAddress,
} from "../transports/names.ts";
import type {
  ProtocolFactory,
  StreamProtocol,
} from "../transports/protocols.ts";
import type { Server } from "../transports/server.ts";
import type {
  ProgramArguments,
  SubprocessOptions,
} from "../transports/subprocess_options.ts";
import type {
  ProcessProtocol,
  ProcessProtocolFactory,
} from "../transports/subprocess_protocol.ts";
import type { SubprocessTransport } from "../transports/subprocess_transport.ts";
import type { StartTlsOptions } from "../transports/start_tls.ts";
import type {
  ConnectAcceptedSocketOptions,
  CreateConnectionOptions,
  CreateServerOptions,
} from "../transports/tcp.ts";
import type { TlsOptions } from "../transports/tls_options.ts";
import type { ReadPipe, WritePipe } from "../transports/_pipe_ends.ts";
import type {
  ReadTransport,
  Transport,
  WriteTransport,
} from "../transports/transports.ts";
import type {
  CreateUnixConnectionOptions,
  CreateUnixServerOptions,
} from "../transports/unix.ts";
import type { Coroutine } from "./coroutines.ts";
import { NotImplementedError } from "./errors.ts";
import type { Executor } from "./executor/executor.ts";
import type {
  WorkFunction,
  WorkName,
  WorkParameters,
  WorkResult,
} from "./executor/work.ts";
import type { Future } from "./futures.ts";

/**
 * The door of an event loop to the operating system. A method that a kind of
 * loop does not offer throws NotImplementedError, naming the loop that does.
 */
export abstract class InputOutput {
  /** Ends asynchronous generators; there is nothing to end in JavaScript. */
  shutdownAsyncgens(): Coroutine<void> {
    throw unavailable("shutdownAsyncgens");
  }

  /** Ends the default executor. */
  shutdownDefaultExecutor(_timeout?: number | null): Coroutine<void> {
    throw unavailable("shutdownDefaultExecutor");
  }

  /** Runs a function in an executor. */
  runInExecutor<M extends object, K extends WorkName<M>>(
    _executor: Executor<M>,
    _work: K,
    ..._args: WorkParameters<M[K]>
  ): Future<WorkResult<M[K]>>;
  /** Runs a function in an executor. */
  runInExecutor<M extends object, R, A extends unknown[]>(
    _executor: Executor<M> | null,
    _work: WorkFunction<R, A>,
    ..._args: A
  ): Future<R>;
  runInExecutor(): unknown {
    throw unavailable("runInExecutor");
  }

  /** Sets the executor of `runInExecutor()`. */
  setDefaultExecutor<M extends object>(_executor: Executor<M>): void {
    throw unavailable("setDefaultExecutor");
  }

  /**
   * Cancels what runs in the default executor and ends it, if there is one.
   *
   * @ignore
   */
  closeDefaultExecutor(): Coroutine<void> | null {
    return null;
  }

  /** Resolves a host name. */
  getaddrinfo(
    _host: string | null,
    _port?: number | null,
    _options?: GetaddrinfoOptions,
  ): Coroutine<ResolvedAddress[]> {
    throw unavailable("getaddrinfo");
  }

  /** Finds the name of an address. */
  getnameinfo(
    _sockaddr: DatagramAddress,
    _options?: GetnameinfoOptions,
  ): Coroutine<[host: string, service: string]> {
    throw unavailable("getnameinfo");
  }

  /** Opens a TCP connection. */
  createConnection<P extends StreamProtocol>(
    _protocolFactory: ProtocolFactory<P>,
    _host?: string | null,
    _port?: number | null,
    _options?: CreateConnectionOptions,
  ): Coroutine<[Transport, P]> {
    throw unavailable("createConnection");
  }

  /** Listens for TCP connections. */
  createServer(
    _protocolFactory: ProtocolFactory,
    _host?: ListenHost,
    _port?: number | null,
    _options?: CreateServerOptions,
  ): Coroutine<Server> {
    throw unavailable("createServer");
  }

  /** Opens a connection to a Unix socket. */
  createUnixConnection<P extends StreamProtocol>(
    _protocolFactory: ProtocolFactory<P>,
    _path?: string | null,
    _options?: CreateUnixConnectionOptions,
  ): Coroutine<[Transport, P]> {
    throw unavailable("createUnixConnection");
  }

  /** Listens on a Unix socket. */
  createUnixServer(
    _protocolFactory: ProtocolFactory,
    _path?: string | null,
    _options?: CreateUnixServerOptions,
  ): Coroutine<Server> {
    throw unavailable("createUnixServer");
  }

  /** Serves a connection that was accepted elsewhere. */
  connectAcceptedSocket<P extends StreamProtocol>(
    _protocolFactory: ProtocolFactory<P>,
    _sock: Deno.Conn,
    _options?: ConnectAcceptedSocketOptions,
  ): Coroutine<[Transport, P]> {
    throw unavailable("connectAcceptedSocket");
  }

  /** Opens a UDP socket. */
  createDatagramEndpoint<P extends PacketProtocol>(
    _protocolFactory: PacketProtocolFactory<P>,
    _localAddr?: DatagramAddress | null,
    _remoteAddr?: DatagramAddress | null,
    _options?: CreateDatagramEndpointOptions,
  ): Coroutine<[DatagramTransport, P]> {
    throw unavailable("createDatagramEndpoint");
  }

  /** Goes on with TLS on a connection that has been used without. */
  startTls(
    _transport: Transport,
    _protocol: StreamProtocol,
    _sslcontext: TlsOptions | true,
    _options?: StartTlsOptions,
  ): Coroutine<Transport> {
    throw unavailable("startTls");
  }

  /** Sends a file through a transport. */
  sendfile(
    _transport: WriteTransport,
    _file: SendfileSource,
    _offset?: number,
    _count?: number | null,
    _options?: SendfileOptions,
  ): Coroutine<number> {
    throw unavailable("sendfile");
  }

  /** Sends a file through a socket. */
  sockSendfile(
    _sock: Deno.Conn,
    _file: SendfileSource,
    _offset?: number,
    _count?: number | null,
    _options?: SendfileOptions,
  ): Coroutine<number> {
    throw unavailable("sockSendfile");
  }

  /** Reads from a pipe. */
  connectReadPipe<P extends StreamProtocol>(
    _protocolFactory: ProtocolFactory<P>,
    _pipe: ReadPipe,
  ): Coroutine<[ReadTransport, P]> {
    throw unavailable("connectReadPipe");
  }

  /** Writes to a pipe. */
  connectWritePipe<P extends StreamProtocol>(
    _protocolFactory: ProtocolFactory<P>,
    _pipe: WritePipe,
  ): Coroutine<[WriteTransport, P]> {
    throw unavailable("connectWritePipe");
  }

  /** Starts a program. */
  subprocessExec<P extends ProcessProtocol>(
    _protocolFactory: ProcessProtocolFactory<P>,
    _program: string | URL,
    ..._args: ProgramArguments
  ): Coroutine<[SubprocessTransport, P]> {
    throw unavailable("subprocessExec");
  }

  /** Starts a shell command. */
  subprocessShell<P extends ProcessProtocol>(
    _protocolFactory: ProcessProtocolFactory<P>,
    _command: string,
    _options?: SubprocessOptions,
  ): Coroutine<[SubprocessTransport, P]> {
    throw unavailable("subprocessShell");
  }

  /** Watches a descriptor for input. */
  addReader(..._args: unknown[]): unknown {
    throw unavailable("addReader", "SelectorEventLoop will");
  }

  /** Stops watching a descriptor for input. */
  removeReader(..._args: unknown[]): unknown {
    throw unavailable("removeReader", "SelectorEventLoop will");
  }

  /** Watches a descriptor for room to write. */
  addWriter(..._args: unknown[]): unknown {
    throw unavailable("addWriter", "SelectorEventLoop will");
  }

  /** Stops watching a descriptor for room to write. */
  removeWriter(..._args: unknown[]): unknown {
    throw unavailable("removeWriter", "SelectorEventLoop will");
  }

  /** Receives from a socket. */
  sockRecv(_sock: Deno.Conn, _nbytes: number): Coroutine<Uint8Array> {
    throw unavailable("sockRecv");
  }

  /** Receives from a socket into a buffer. */
  sockRecvInto(_sock: Deno.Conn, _buffer: Uint8Array): Coroutine<number> {
    throw unavailable("sockRecvInto");
  }

  /** Receives a datagram. */
  sockRecvfrom(
    _sock: DatagramSocket,
    _bufsize: number,
  ): Coroutine<[data: Uint8Array, address: NetAddress]> {
    throw unavailable("sockRecvfrom");
  }

  /** Receives a datagram into a buffer. */
  sockRecvfromInto(
    _sock: DatagramSocket,
    _buffer: Uint8Array,
    _nbytes?: number,
  ): Coroutine<[count: number, address: NetAddress]> {
    throw unavailable("sockRecvfromInto");
  }

  /** Sends all bytes through a socket. */
  sockSendall(
    _sock: Deno.Conn,
    _data: Uint8Array | string,
  ): Coroutine<void> {
    throw unavailable("sockSendall");
  }

  /** Sends a datagram. */
  sockSendto(
    _sock: DatagramSocket,
    _data: Uint8Array | string,
    _address: DatagramAddress,
  ): Coroutine<number> {
    throw unavailable("sockSendto");
  }

  /** Connects a socket. */
  sockConnect(
    _address: SocketAddress,
    _options?: { readonly signal?: AbortSignal },
  ): Coroutine<Deno.Conn> {
    throw unavailable("sockConnect");
  }

  /** Accepts a connection. */
  sockAccept(
    _sock: Deno.Listener,
  ): Coroutine<[conn: Deno.Conn, address: Deno.Addr]> {
    throw unavailable("sockAccept");
  }

  /** Calls back when a signal arrives. */
  addSignalHandler<A extends unknown[]>(
    _signal: Deno.Signal,
    _callback: (...args: A) => unknown,
    ..._args: A
  ): void {
    throw unavailable("addSignalHandler");
  }

  /** Stops calling back for a signal. */
  removeSignalHandler(_signal: Deno.Signal): boolean {
    throw unavailable("removeSignalHandler");
  }

  /**
   * Tells whether a signal has a handler.
   *
   * @ignore
   */
  handlesSignal(_signal: Deno.Signal): boolean {
    return false;
  }
}

function unavailable(
  method: string,
  who = "DenoEventLoop does",
): NotImplementedError {
  return new NotImplementedError(
    `Cannot call ${method}(): this event loop does not offer it, ${who}`,
  );
}
