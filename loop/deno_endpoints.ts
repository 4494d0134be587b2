import { OpenResources } from "../transports/_open_resources.ts";
import type {
  ProtocolFactory,
  StreamProtocol,
} from "../transports/protocols.ts";
import type { Server } from "../transports/server.ts";
import type { TransportSite } from "../transports/tcp.ts";
import type { Transport } from "../transports/transports.ts";
import {
  createUnixConnection,
  type CreateUnixConnectionOptions,
  createUnixServer,
  type CreateUnixServerOptions,
} from "../transports/unix.ts";
import { DenoServices } from "./deno_services.ts";
import { type Coroutine, operation } from "./coroutines.ts";

/**
 * The part of DenoEventLoop that opens what is not TCP: Unix sockets, UDP and
 * pipes.
 */
export abstract class DenoEndpoints extends DenoServices {
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
   * The socket file of a server that is gone is replaced; any other file is not.
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
}
