import { OpenResources } from "../transports/_open_resources.ts";
import {
  createDatagramEndpoint,
  type CreateDatagramEndpointOptions,
} from "../transports/datagram.ts";
import type {
  PacketProtocol,
  PacketProtocolFactory,
} from "../transports/datagram_protocol.ts";
import type { DatagramAddress } from "../transports/datagram_channel.ts";
import type { DatagramTransport } from "../transports/datagram_transport.ts";
import {
  getaddrinfo,
  type GetaddrinfoOptions,
  getnameinfo,
  type GetnameinfoOptions,
  type ResolvedAddress,
} from "../transports/names.ts";
import type {
  ProtocolFactory,
  StreamProtocol,
} from "../transports/protocols.ts";
import type { Server } from "../transports/server.ts";
import type { TransportSite } from "../transports/tcp.ts";
import type { ReadPipe, WritePipe } from "../transports/_pipe_ends.ts";
import type {
  ReadTransport,
  Transport,
  WriteTransport,
} from "../transports/transports.ts";
import { connectReadPipe, connectWritePipe } from "../transports/pipes.ts";
import {
  createUnixConnection,
  type CreateUnixConnectionOptions,
  createUnixServer,
  type CreateUnixServerOptions,
} from "../transports/unix.ts";
import { DenoSockets } from "./deno_sockets.ts";
import { type Coroutine, operation } from "./coroutines.ts";

/**
 * The part of DenoEventLoop that opens what is not TCP: Unix sockets, UDP and
 * pipes.
 */
export abstract class DenoEndpoints extends DenoSockets {
  /**
   * Where the transports of this loop live.
   *
   * @ignore
   */
  protected readonly site: TransportSite = {
    loop: this,
    resources: new OpenResources(),
  };

  /**
   * Opens a connection to a Unix socket and gives it a protocol. Needs
   * `--allow-read` and `--allow-write` of the path, and `--allow-net`.
   *
   * Cancelling the wait closes the connection, opened or not.
   *
   * @typeParam P The class of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param path The socket file; on Linux a name that begins with "\0" or "@" is
   * outside the file system.
   * @param options An open connection instead, or a signal to give up.
   * @returns A coroutine of the transport and the protocol.
   * @throws {RangeError} Unless there is either a path or a connection.
   */
  override createUnixConnection<P extends StreamProtocol>(
    protocolFactory: ProtocolFactory<P>,
    path?: string | null,
    options: CreateUnixConnectionOptions = {},
  ): Coroutine<[Transport, P]> {
    return operation(
      "DenoEventLoop.createUnixConnection",
      createUnixConnection(this.site, protocolFactory, path, options),
    );
  }

  /**
   * Listens on a Unix socket and gives each connection a protocol. Needs
   * `--allow-read` and `--allow-write` of the path, and `--allow-net`.
   *
   * A socket file that is there is replaced, whether its server is gone or not,
   * as in Python; any other file is not.
   * Closing the server removes the file, unless another has taken its place.
   * Cancelling the wait closes the server.
   *
   * @param protocolFactory Makes the protocol of each connection.
   * @param path The socket file; on Linux a name that begins with "\0" or "@" is
   * outside the file system.
   * @param options A listener instead, when to begin, and what to leave behind.
   * @returns A coroutine of the server.
   * @throws {RangeError} Unless there is either a path or a listener.
   */
  override createUnixServer(
    protocolFactory: ProtocolFactory,
    path?: string | null,
    options: CreateUnixServerOptions = {},
  ): Coroutine<Server> {
    return operation(
      "DenoEventLoop.createUnixServer",
      createUnixServer(this.site, protocolFactory, path, options),
    );
  }

  /**
   * Opens a UDP socket and gives it a protocol. Needs the permission
   * `--allow-net` for the address it is bound to: without a local address that
   * is "0.0.0.0:0" or "[::]:0".
   *
   * Cancelling the wait closes the socket, opened or not.
   *
   * @typeParam P The class of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param localAddr Where to receive; port 0 for any that is free.
   * @param remoteAddr The only address to talk to, if there is one.
   * @param options How to open the socket.
   * @returns A coroutine of the transport and the protocol.
   * @throws {RangeError} If there is neither an address nor a family nor a
   * socket.
   */
  override createDatagramEndpoint<P extends PacketProtocol>(
    protocolFactory: PacketProtocolFactory<P>,
    localAddr?: DatagramAddress | null,
    remoteAddr?: DatagramAddress | null,
    options: CreateDatagramEndpointOptions = {},
  ): Coroutine<[DatagramTransport, P]> {
    return operation(
      "DenoEventLoop.createDatagramEndpoint",
      createDatagramEndpoint(
        this.site,
        protocolFactory,
        localAddr,
        remoteAddr,
        options,
      ),
    );
  }

  /**
   * Finds the addresses of a name, as the system does: /etc/hosts counts. A
   * numeric host is not looked up and needs no permission, a name needs
   * `--allow-net` of that name.
   *
   * Cancelling the wait abandons the lookup.
   *
   * @param host The name; `null` and "" mean the loopback addresses.
   * @param port The port of the addresses, by default 0.
   * @param options Which addresses, and what for.
   * @returns A coroutine of the addresses, at least one.
   * @throws An error with the code "ENOTFOUND" if there is none.
   */
  override getaddrinfo(
    host: string | null,
    port?: number | null,
    options: GetaddrinfoOptions = {},
  ): Coroutine<ResolvedAddress[]> {
    return operation(
      "DenoEventLoop.getaddrinfo",
      getaddrinfo(host, port, options),
    );
  }

  /**
   * Finds the name of an address and of a port. An address without a name, or a
   * port without one, is told as a number. Needs `--allow-net` of the address.
   *
   * Cancelling the wait abandons the lookup.
   *
   * @param sockaddr The numeric address and the port.
   * @param options What is wanted as a number.
   * @returns A coroutine of the host and the service.
   * @throws {RangeError} If the address is not numeric.
   */
  override getnameinfo(
    sockaddr: DatagramAddress,
    options: GetnameinfoOptions = {},
  ): Coroutine<[host: string, service: string]> {
    return operation(
      "DenoEventLoop.getnameinfo",
      getnameinfo(sockaddr, options),
    );
  }

  /**
   * Reads a pipe into a protocol: standard input, a FIFO, a file, or a Web
   * stream. At its end the protocol is told by `eofReceived()`, then by
   * `connectionLost()`.
   *
   * Cancelling the wait closes the pipe.
   *
   * @typeParam P The class of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param pipe What to read, as `Deno.stdin`; the transport's from now on.
   * @returns A coroutine of the transport and the protocol.
   * @throws {TypeError} If the pipe cannot be read from.
   */
  override connectReadPipe<P extends StreamProtocol>(
    protocolFactory: ProtocolFactory<P>,
    pipe: ReadPipe,
  ): Coroutine<[ReadTransport, P]> {
    return operation(
      "DenoEventLoop.connectReadPipe",
      connectReadPipe(this.site, protocolFactory, pipe),
    );
  }

  /**
   * Lets a protocol write to a pipe: standard output, a FIFO, a file, or a Web
   * stream. `writeEof()` is as `close()`. That nobody reads any more is noticed
   * by the next write, with a Web stream at once.
   *
   * Cancelling the wait closes the pipe.
   *
   * @typeParam P The class of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param pipe What to write to, as `Deno.stdout`; the transport's from now on.
   * @returns A coroutine of the transport and the protocol.
   * @throws {TypeError} If the pipe cannot be written to.
   */
  override connectWritePipe<P extends StreamProtocol>(
    protocolFactory: ProtocolFactory<P>,
    pipe: WritePipe,
  ): Coroutine<[WriteTransport, P]> {
    return operation(
      "DenoEventLoop.connectWritePipe",
      connectWritePipe(this.site, protocolFactory, pipe),
    );
  }
}
