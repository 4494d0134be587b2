import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import type { OpenResources } from "./_open_resources.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { ProtocolFactory, StreamProtocol } from "./protocols.ts";
import { StreamTransport } from "./stream_transport.ts";
import type { Transport } from "./transports.ts";

/**
 * Makes the protocol and the transport of a channel and waits until the
 * protocol knows; if that is cancelled, `signal` aborts or the factory fails,
 * the channel is closed.
 */
export function* connect<P extends StreamProtocol>(
  loop: BaseEventLoop,
  channel: ByteChannel,
  protocolFactory: ProtocolFactory<P>,
  resources?: OpenResources,
  signal?: AbortSignal,
): CoroutineGenerator<[Transport, P]> {
  let protocol: P;
  try {
    signal?.throwIfAborted();
    protocol = protocolFactory();
  } catch (error) {
    channel.close();
    throw error;
  }
  const transport = new StreamTransport({ loop, channel, protocol, resources });
  const waiter = loop.createFuture<void>();
  const abort = () => {
    if (!waiter.done()) waiter.setException(signal!.reason);
  };
  signal?.addEventListener("abort", abort);
  transport.begin(waiter);
  try {
    yield* waiter;
  } catch (error) {
    transport.close();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  return [transport, protocol];
}
