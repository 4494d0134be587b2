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
import {
  connectAcceptedSocket,
  createConnection,
  type CreateConnectionOptions,
  createServer,
  type CreateServerOptions,
} from "../transports/tcp.ts";
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
 *   const { port } = server.sockets[0] as asyncio.NetAddress;
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
   * @param options An open connection instead, or a signal to give up.
   * @returns A coroutine of the transport and the protocol.
   * @throws {RangeError} Unless there is either an address or a connection.
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
   * @returns A coroutine of the transport and the protocol.
   */
  override connectAcceptedSocket<P extends StreamProtocol>(
    protocolFactory: ProtocolFactory<P>,
    sock: Deno.Conn,
  ): Coroutine<[Transport, P]> {
    return operation(
      "DenoEventLoop.connectAcceptedSocket",
      connectAcceptedSocket(this.site, protocolFactory, sock),
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
   * @param options How to listen and when to begin.
   * @returns A coroutine of the server.
   * @throws {RangeError} Unless there is either an address or a listener.
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
