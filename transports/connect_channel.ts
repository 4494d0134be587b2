import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { currentLoop } from "../loop/running.ts";
import { connect } from "./_connect.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { ProtocolFactory, StreamProtocol } from "./protocols.ts";
import type { Transport } from "./transports.ts";

/**
 * Connects a protocol to a byte channel: the way to use a kind of connection
 * that the loop does not know, or a pair in memory.
 *
 * Cancelling the wait closes the channel.
 *
 * @typeParam P The class of the protocol.
 * @param protocolFactory Makes the protocol.
 * @param channel The way bytes go in and out; the transport's from now on.
 * @returns A coroutine of the transport and the protocol.
 *
 * @example A protocol on a connection in memory
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const [near, far] = asyncio.memoryChannelPair();
 *   const received: number[] = [];
 *   await asyncio.connectChannel(() => ({
 *     dataReceived(data: Uint8Array) {
 *       received.push(...data);
 *     },
 *   }), near);
 *   const [transport] = await asyncio.connectChannel(() => ({}), far);
 *   transport.write(new Uint8Array([1, 2, 3]));
 *   await asyncio.sleep(0.01);
 *   assert.deepEqual(received, [1, 2, 3]);
 *   transport.abort();
 * });
 * ```
 */
export function connectChannel<P extends StreamProtocol>(
  protocolFactory: ProtocolFactory<P>,
  channel: ByteChannel,
): Coroutine<[Transport, P]> {
  return operation("connectChannel", steps(protocolFactory, channel));
}

function* steps<P extends StreamProtocol>(
  protocolFactory: ProtocolFactory<P>,
  channel: ByteChannel,
): CoroutineGenerator<[Transport, P]> {
  return yield* connect(currentLoop(), channel, protocolFactory);
}
