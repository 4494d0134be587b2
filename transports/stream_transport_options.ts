import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import type { Context } from "../loop/context.ts";
import type { OpenResources } from "./_open_resources.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { StreamProtocol } from "./protocols.ts";
import type { StreamTransport } from "./stream_transport.ts";

/** Who is told when a transport comes and goes: a server. */
export interface TransportKeeper {
  /** The server that speaks for the connections, in reports. */
  readonly server: object;
  /** A connection was made. */
  attach(transport: StreamTransport): void;
  /** A connection is gone. */
  detach(transport: StreamTransport): void;
}

/** What a stream transport is made of. */
export interface StreamTransportOptions {
  /** The loop that the protocol is called in. */
  readonly loop: BaseEventLoop;
  /** The way bytes go in and out. */
  readonly channel: ByteChannel;
  /** What is told of the bytes. */
  readonly protocol: StreamProtocol;
  /** What the protocol's calls run in, by default the caller's. */
  readonly context?: Context | undefined;
  /** The server that accepted the connection. */
  readonly keeper?: TransportKeeper | undefined;
  /** Where the loop notes what it must release when it closes. */
  readonly resources?: OpenResources | undefined;
  /** Whether the protocol has been told of the connection already. */
  readonly isMade?: boolean;
}
