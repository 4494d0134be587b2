import type { NetAddress } from "./byte_channel.ts";
import type { DatagramTransport } from "./datagram_transport.ts";

/**
 * What a datagram transport calls. Every method may be left out, so that an
 * object literal with the methods it needs is a protocol too. All are called
 * outside any task, in the async context in which the endpoint was created.
 */
export interface PacketProtocol {
  /** Called when the socket is bound. */
  connectionMade?(transport: DatagramTransport): void;
  /** Called with a datagram, which may be empty and may be kept. */
  datagramReceived?(data: Uint8Array, address: NetAddress): void;
  /** Called when a datagram could not be sent, or none received. */
  errorReceived?(error: Error): void;
  /** Called when more waits to be sent than the high-water mark. */
  pauseWriting?(): void;
  /** Called when what waits has come down to the low-water mark. */
  resumeWriting?(): void;
  /** Called when the transport is closed, with the error if one ended it. */
  connectionLost?(error: Error | null): void;
}

/** Makes the protocol of a new datagram endpoint. */
export type PacketProtocolFactory<P extends PacketProtocol = PacketProtocol> =
  () => P;

/**
 * The base of protocols for datagrams: methods that do nothing, to be
 * overridden.
 *
 * @example Sending back what arrives
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * class Echo extends asyncio.DatagramProtocol {
 *   #transport!: asyncio.DatagramTransport;
 *   override connectionMade(transport: asyncio.DatagramTransport) {
 *     this.#transport = transport;
 *   }
 *   override datagramReceived(data: Uint8Array, address: asyncio.NetAddress) {
 *     this.#transport.sendto(data, address);
 *   }
 * }
 *
 * await asyncio.run(async () => {
 *   const loop = asyncio.getRunningLoop();
 *   const [server] = await loop.createDatagramEndpoint(
 *     () => new Echo(),
 *     { hostname: "127.0.0.1", port: 0 },
 *   );
 *   const address = server.getExtraInfo("sockname");
 *   await using endpoint = await asyncio.openDatagramEndpoint(null, address);
 *   await endpoint.send("hello");
 *   const [data] = await endpoint.receive();
 *   assert.equal(new TextDecoder().decode(data), "hello");
 *   server.close();
 * });
 * ```
 */
export class DatagramProtocol {
  /**
   * Called once, when the socket is bound.
   *
   * @param _transport The transport of the socket.
   */
  connectionMade(_transport: DatagramTransport): void {}

  /**
   * Called with a datagram that arrived.
   *
   * @param _data The bytes, which may be none; the protocol's to keep.
   * @param _address Where they come from.
   */
  datagramReceived(_data: Uint8Array, _address: NetAddress): void {}

  /**
   * Called when a datagram could not be sent; others may be.
   *
   * @param _error What the system says, as that it is too long.
   */
  errorReceived(_error: Error): void {}

  /** Called, from within `sendto()`, when too many bytes wait to be sent. */
  pauseWriting(): void {}

  /** Called when the bytes that wait have come down to the low-water mark. */
  resumeWriting(): void {}

  /**
   * Called once, when the transport is closed.
   *
   * @param _error What ended it; `null` after `close()` or `abort()`.
   */
  connectionLost(_error: Error | null): void {}
}
