import type { ListenHost } from "../transports/_listen.ts";
import type {
  ProtocolFactory,
  StreamProtocol,
} from "../transports/protocols.ts";
import type { Server } from "../transports/server.ts";
import { subprocessExec, subprocessShell } from "../transports/subprocess.ts";
import type {
  ProgramArguments,
  SubprocessOptions,
} from "../transports/subprocess_options.ts";
import type {
  ProcessProtocol,
  ProcessProtocolFactory,
} from "../transports/subprocess_protocol.ts";
import type { SubprocessTransport } from "../transports/subprocess_transport.ts";
import { startTls, type StartTlsOptions } from "../transports/start_tls.ts";
import {
  connectAcceptedSocket,
  type ConnectAcceptedSocketOptions,
  createConnection,
  type CreateConnectionOptions,
  createServer,
  type CreateServerOptions,
} from "../transports/tcp.ts";
import type { TlsOptions } from "../transports/tls_options.ts";
import type { Transport } from "../transports/transports.ts";
import { type Coroutine, operation } from "./coroutines.ts";
import { DenoEndpoints } from "./deno_endpoints.ts";

/**
 * The default event loop: it does its input and output through Deno.
 *
 * Closing it closes the connections and servers that are still open, without
 * calling their protocols.
 *
 * @example An echo protocol on a real socket
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * class Echo extends asyncio.Protocol {
 *   #transport!: asyncio.Transport;
 *   override connectionMade(transport: asyncio.Transport) {
 *     this.#transport = transport;
 *   }
 *   override dataReceived(data: Uint8Array) {
 *     this.#transport.write(data);
 *   }
 * }
 *
 * const loop = new asyncio.DenoEventLoop();
 * await asyncio.run(async () => {
 *   await using server = await loop.createServer(
 *     () => new Echo(),
 *     "127.0.0.1",
 *     0,
 *   );
 *   const { port } = server;
 *   const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);
 *   writer.write("hello");
 *   const echo = await reader.readexactly(5);
 *   assert.equal(new TextDecoder().decode(echo), "hello");
 *   writer.close();
 * }, { loopFactory: () => loop });
 * ```
 */
export class DenoEventLoop extends DenoEndpoints {
  /**
   * Opens a TCP connection and gives it a protocol. Small writes are sent at
   * once (TCP_NODELAY). Needs the permission `--allow-net`.
   *
   * Cancelling the wait closes the connection, opened or not.
   *
   * @typeParam P The class of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param host A name or a numeric address, by default 127.0.0.1.
   * @param port The port.
   * @param options An open connection instead, TLS, or a signal to give up.
   * @returns A coroutine of the transport and the protocol.
   * @throws {RangeError} Unless there is either an address or a connection, or
   * if the options of TLS do not fit together.
   * @throws {Deno.errors.InvalidData} If the certificate of the server is not to
   * be trusted, or the peer does not speak TLS.
   * @throws {Deno.errors.ConnectionAborted} If the TLS handshake takes too long.
   */
  override createConnection<P extends StreamProtocol>(
    protocolFactory: ProtocolFactory<P>,
    host?: string | null,
    port?: number | null,
    options: CreateConnectionOptions = {},
  ): Coroutine<[Transport, P]> {
    return operation(
      "DenoEventLoop.createConnection",
      createConnection(this.site, protocolFactory, host, port, options),
    );
  }

  /**
   * Gives a protocol to a connection that was accepted outside asyncio.
   *
   * Cancelling the wait closes the connection.
   *
   * @typeParam P The class of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param sock The connection; the transport's from now on.
   * @param options Whether to speak TLS, as the server.
   * @returns A coroutine of the transport and the protocol.
   * @throws {Deno.errors.InvalidData} If the TLS handshake fails.
   */
  override connectAcceptedSocket<P extends StreamProtocol>(
    protocolFactory: ProtocolFactory<P>,
    sock: Deno.Conn,
    options: ConnectAcceptedSocketOptions = {},
  ): Coroutine<[Transport, P]> {
    return operation(
      "DenoEventLoop.connectAcceptedSocket",
      connectAcceptedSocket(this.site, protocolFactory, sock, options),
    );
  }

  /**
   * Listens for TCP connections and gives each a protocol. Needs the permission
   * `--allow-net`.
   *
   * A name may stand for several addresses: the server listens on all of them,
   * with port 0 on a port of its own each. Cancelling the wait closes them.
   *
   * @param protocolFactory Makes the protocol of each connection.
   * @param host Where to listen; `null` and "" mean all interfaces, IPv4 and
   * IPv6 alike.
   * @param port The port; 0 for any that is free.
   * @param options How to listen, when to begin, and TLS.
   * @returns A coroutine of the server.
   * @throws {RangeError} Unless there is either an address or a listener, or if
   * the options of TLS do not fit together.
   * @throws {Deno.errors.InvalidData} If the certificate or key is no good.
   */
  override createServer(
    protocolFactory: ProtocolFactory,
    host?: ListenHost,
    port?: number | null,
    options: CreateServerOptions = {},
  ): Coroutine<Server> {
    return operation(
      "DenoEventLoop.createServer",
      createServer(this.site, protocolFactory, host, port, options),
    );
  }

  /**
   * Goes on with TLS on a connection that has been used without: STARTTLS. The
   * bytes that a stream has received and nobody has read yet become part of the
   * handshake, and so does what arrives from now on.
   *
   * The old transport cannot be used any more. If the handshake fails, or the
   * wait is cancelled, the connection is closed. `writer.startTls()` is easier
   * to use.
   *
   * @param transport The transport of the connection; one that speaks TLS will
   * do, it is wrapped in another layer.
   * @param protocol The protocol to go on with; `connectionMade` is not called.
   * @param sslcontext How to speak TLS; `true` means with all defaults.
   * @param options Which role to play, and the name of the server.
   * @returns A coroutine of the new transport.
   * @throws {TypeError} If the transport is not one of this library.
   * @throws {RuntimeError} If the transport is closing.
   * @throws {RangeError} If the options do not fit together.
   * @throws {Deno.errors.InvalidData} If the handshake fails.
   * @throws {Deno.errors.ConnectionAborted} If the handshake takes too long.
   */
  override startTls(
    transport: Transport,
    protocol: StreamProtocol,
    sslcontext: TlsOptions | true,
    options: StartTlsOptions = {},
  ): Coroutine<Transport> {
    return operation(
      "DenoEventLoop.startTls",
      startTls(transport, protocol, sslcontext, options),
    );
  }

  /**
   * Starts a program and gives it a protocol. Its streams are pipes unless the
   * options say otherwise. Needs the permission `--allow-run`; with `STDOUT`
   * also that for `/bin/sh`. `createSubprocessExec()` is easier to use.
   *
   * Cancelling the wait kills the process and waits for its end. One that still
   * runs when the loop closes is killed.
   *
   * @typeParam P The class of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param program The name or the path of the program.
   * @param args What it is told; then, maybe, how it is started.
   * @returns A coroutine of the transport and the protocol.
   * @throws {Deno.errors.NotFound} If there is no such program or folder.
   * @throws {Deno.errors.PermissionDenied} If it is not a program.
   * @throws {TypeError} If an argument or an option is of the wrong type.
   * @throws {RangeError} If a stream cannot be joined to what is asked for.
   */
  override subprocessExec<P extends ProcessProtocol>(
    protocolFactory: ProcessProtocolFactory<P>,
    program: string | URL,
    ...args: ProgramArguments
  ): Coroutine<[SubprocessTransport, P]> {
    return operation(
      "DenoEventLoop.subprocessExec",
      subprocessExec(this.site, protocolFactory, program, args),
    );
  }

  /**
   * Starts a shell with a command line, and gives it a protocol: `/bin/sh`, on
   * Windows `cmd.exe`. As {@linkcode subprocessExec} otherwise.
   *
   * @typeParam P The class of the protocol.
   * @param protocolFactory Makes the protocol.
   * @param command The command line; text of others in it must be quoted.
   * @param options How it is started.
   * @returns A coroutine of the transport and the protocol.
   * @throws {TypeError} If the command or an option is of the wrong type.
   * @throws {RangeError} If a stream cannot be joined to what is asked for.
   */
  override subprocessShell<P extends ProcessProtocol>(
    protocolFactory: ProcessProtocolFactory<P>,
    command: string,
    options: SubprocessOptions = {},
  ): Coroutine<[SubprocessTransport, P]> {
    return operation(
      "DenoEventLoop.subprocessShell",
      subprocessShell(this.site, protocolFactory, command, options),
    );
  }

  /**
   * Tells whether a connection, a server or a promise is open.
   *
   * @ignore
   */
  override isServing(): boolean {
    return super.isServing() || this.site.resources.size > 0;
  }

  /** Closes the loop, and the connections and servers that are still open. */
  override close(): void {
    super.close();
    this.site.resources.releaseAll();
  }
}
