import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { RuntimeError } from "../loop/errors.ts";
import { prepareNodeTls } from "./_node_tls.ts";
import {
  clientSettings,
  serverSettings,
  type TlsSettings,
} from "./_tls_settings.ts";
import type { StreamProtocol } from "./protocols.ts";
import { StreamTransport } from "./stream_transport.ts";
import { refuseDeno, tlsOverChannel } from "./tls.ts";
import type { TlsClientCall, TlsOptions } from "./tls_options.ts";
import type { Transport } from "./transports.ts";

/** Options of `loop.startTls()`. */
export interface StartTlsOptions extends Omit<TlsClientCall, "ssl"> {
  /** Whether this end is the server, by default not. */
  serverSide?: boolean;
}

/**
 * A protocol that keeps what it has received until somebody asks: a stream.
 * What it keeps came before the handshake, and belongs into it.
 */
interface KeepingProtocol extends StreamProtocol {
  /** Gives up the bytes that nobody has asked for yet. */
  takeUnread?(): Uint8Array;
  /** The connection goes on with another transport. */
  replaceTransport?(transport: Transport): void;
}

/** Goes on with TLS on a connection that has been used without. */
export function* startTls(
  transport: Transport,
  protocol: KeepingProtocol,
  sslcontext: TlsOptions | true,
  options: StartTlsOptions,
): CoroutineGenerator<Transport> {
  checkUpgradable(transport);
  const settings = completeSettings(sslcontext, options);
  let current = transport;
  try {
    // What arrives from here on may be the handshake.
    current.pauseReading();
    const prepared = yield* wrapFuture(prepareNodeTls(settings));
    checkUpgradable(transport);
    const { loop } = transport;
    const unread = protocol.takeUnread?.() ?? new Uint8Array();
    current = transport.handOver(
      protocol,
      unread,
      (channel) => tlsOverChannel(loop, channel, settings, prepared),
    );
    protocol.replaceTransport?.(current);
    const waiter = loop.createFuture<void>();
    (current as StreamTransport).begin(waiter);
    yield* waiter;
    return current;
  } catch (error) {
    current.close();
    throw error;
  }
}

function checkUpgradable(
  transport: Transport,
): asserts transport is StreamTransport {
  if (!(transport instanceof StreamTransport)) {
    throw new TypeError(
      `Cannot start TLS: transport ${transport} is of an unknown kind`,
    );
  }
  if (!transport.isClosing()) return;
  throw new RuntimeError("Cannot start TLS: transport is closing");
}

function completeSettings(
  ssl: TlsOptions | true,
  { serverSide = false, ...call }: StartTlsOptions,
): TlsSettings {
  const action = "start TLS";
  const settings = serverSide
    ? serverSettings(action, { ...call, ssl: ssl as TlsOptions })
    : clientSettings(action, { ...call, ssl }, null);
  if (settings !== null) {
    refuseDeno(action, settings, "cannot take over a connection in use");
    return settings;
  }
  throw new TypeError(
    `Cannot ${action}: sslcontext must be an object of options, received ${ssl}`,
  );
}
