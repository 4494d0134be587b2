import type { NetAddress } from "../transports/byte_channel.ts";
import type { DatagramAddress } from "../transports/datagram_channel.ts";
import type { DatagramSocket } from "../transports/deno_datagram_channel.ts";
import {
  sendfile,
  type SendfileOptions,
  type SendfileSource,
  sockSendfile,
} from "../transports/sendfile.ts";
import {
  sockAccept,
  sockConnect,
  type SocketAddress,
  sockRecv,
  sockRecvfrom,
  sockRecvfromInto,
  sockRecvInto,
  sockSendall,
  sockSendto,
} from "../transports/sockets.ts";
import type { WriteTransport } from "../transports/transports.ts";
import { type Coroutine, operation } from "./coroutines.ts";
import { DenoServices } from "./deno_services.ts";

/**
 * The part of DenoEventLoop that works on sockets directly, and sends files.
 * The sockets are Deno's own. Cancelling a wait loses nothing: what arrives
 * when nobody waits is kept for the next call.
 */
export abstract class DenoSockets extends DenoServices {
  /**
   * Opens a connection. Deno has no socket that is not connected yet, so this
   * one takes the address alone and returns the socket.
   *
   * Cancelling the wait closes the connection, opened or not.
   *
   * @param address A host and a port, or the path of a Unix socket.
   * @param options A signal to give up.
   * @returns A coroutine of the connection.
   */
  override sockConnect(
    address: SocketAddress,
    options: { readonly signal?: AbortSignal } = {},
  ): Coroutine<Deno.Conn> {
    return operation(
      "DenoEventLoop.sockConnect",
      sockConnect(address, options.signal),
    );
  }

  /**
   * Accepts a connection.
   *
   * @param sock The listener.
   * @returns A coroutine of the connection and the address of its peer.
   */
  override sockAccept(
    sock: Deno.Listener,
  ): Coroutine<[conn: Deno.Conn, address: Deno.Addr]> {
    return operation("DenoEventLoop.sockAccept", sockAccept(sock));
  }

  /**
   * Receives bytes.
   *
   * @param sock The connection.
   * @param nbytes The most to receive, in bytes.
   * @returns A coroutine of the bytes; none means that the peer has ended.
   * @throws {RangeError} If the number is not a natural one.
   */
  override sockRecv(sock: Deno.Conn, nbytes: number): Coroutine<Uint8Array> {
    return operation("DenoEventLoop.sockRecv", sockRecv(sock, nbytes));
  }

  /**
   * Receives bytes into a buffer.
   *
   * @param sock The connection.
   * @param buffer Where to put them.
   * @returns A coroutine of how many there were; 0 if the peer has ended.
   */
  override sockRecvInto(
    sock: Deno.Conn,
    buffer: Uint8Array,
  ): Coroutine<number> {
    return operation("DenoEventLoop.sockRecvInto", sockRecvInto(sock, buffer));
  }

  /**
   * Sends all bytes, after those that others are sending. Cancelling the wait
   * stops after a piece that cannot be known.
   *
   * @param sock The connection.
   * @param data Bytes, or text which is sent as UTF-8.
   * @returns A coroutine of nothing.
   */
  override sockSendall(
    sock: Deno.Conn,
    data: Uint8Array | string,
  ): Coroutine<void> {
    return operation("DenoEventLoop.sockSendall", sockSendall(sock, data));
  }

  /**
   * Receives a datagram.
   *
   * @param sock A `Deno.DatagramConn` or a `DatagramEndpoint`.
   * @param bufsize The most to receive, in bytes; what is beyond is lost.
   * @returns A coroutine of the bytes and where they come from.
   */
  override sockRecvfrom(
    sock: DatagramSocket,
    bufsize: number,
  ): Coroutine<[data: Uint8Array, address: NetAddress]> {
    return operation(
      "DenoEventLoop.sockRecvfrom",
      sockRecvfrom(sock, bufsize),
    );
  }

  /**
   * Receives a datagram into a buffer.
   *
   * @param sock A `Deno.DatagramConn` or a `DatagramEndpoint`.
   * @param buffer Where to put the bytes; what does not fit is lost.
   * @param nbytes The most to receive; 0, the default, means what fits.
   * @returns A coroutine of the number of bytes and where they come from.
   */
  override sockRecvfromInto(
    sock: DatagramSocket,
    buffer: Uint8Array,
    nbytes = 0,
  ): Coroutine<[count: number, address: NetAddress]> {
    return operation(
      "DenoEventLoop.sockRecvfromInto",
      sockRecvfromInto(sock, buffer, nbytes),
    );
  }

  /**
   * Sends a datagram.
   *
   * @param sock A `Deno.DatagramConn` or a `DatagramEndpoint`.
   * @param data Bytes, or text which is sent as UTF-8.
   * @param address Where to.
   * @returns A coroutine of the number of bytes.
   */
  override sockSendto(
    sock: DatagramSocket,
    data: Uint8Array | string,
    address: DatagramAddress,
  ): Coroutine<number> {
    return operation(
      "DenoEventLoop.sockSendto",
      sockSendto(sock, data, address),
    );
  }

  /**
   * Sends a file through a socket, a piece at a time. The file is left behind
   * the last byte sent, also when the wait is cancelled.
   *
   * @param sock The connection.
   * @param file The file.
   * @param offset Where to begin.
   * @param count How many bytes; `null` means until the end.
   * @param options Whether reading and writing will do.
   * @returns A coroutine of the number of bytes sent.
   * @throws {SendfileNotAvailableError} If reading and writing will not do.
   */
  override sockSendfile(
    sock: Deno.Conn,
    file: SendfileSource,
    offset = 0,
    count: number | null = null,
    options: SendfileOptions = {},
  ): Coroutine<number> {
    return operation(
      "DenoEventLoop.sockSendfile",
      sockSendfile(sock, file, offset, count, options),
    );
  }

  /**
   * Sends a file through a transport, a piece at a time, as fast as the peer
   * takes it. Until it is sent, the protocol is told nothing. The file is left
   * behind the last byte sent, also when the wait is cancelled.
   *
   * @param transport Where to send it.
   * @param file The file.
   * @param offset Where to begin.
   * @param count How many bytes; `null` means until the end.
   * @param options Whether reading and writing will do.
   * @returns A coroutine of the number of bytes sent.
   * @throws {RuntimeError} If the transport is closing.
   * @throws {SendfileNotAvailableError} If reading and writing will not do.
   */
  override sendfile(
    transport: WriteTransport,
    file: SendfileSource,
    offset = 0,
    count: number | null = null,
    options: SendfileOptions = {},
  ): Coroutine<number> {
    return operation(
      "DenoEventLoop.sendfile",
      sendfile(transport, file, offset, count, options),
    );
  }
}
