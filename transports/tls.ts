import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { denoFor } from "./_deno.ts";
import { DenoTlsSession } from "./_deno_tls_session.ts";
import { type NodeTls, prepareNodeTls } from "./_node_tls.ts";
import { NodeTlsSession } from "./_node_tls_session.ts";
import type { TlsSettings } from "./_tls_settings.ts";
import type { ByteChannel } from "./byte_channel.ts";
import { DenoConnChannel } from "./deno_conn_channel.ts";
import { TlsChannel } from "./tls_channel.ts";

/** What Deno takes for a name where none is to be asked for or verified. */
const NO_NAME = "127.0.0.1";

/**
 * Makes the channel of a client that speaks TLS on a connection.
 *
 * @param lower The channel of the connection.
 */
export function tlsClientChannel(
  loop: BaseEventLoop,
  lower: ByteChannel,
  settings: TlsSettings,
): TlsChannel {
  if (settings.backend !== "deno") {
    return tlsOverChannel(loop, lower, settings);
  }
  const conn = tcpConnOf(lower);
  if (conn === null) {
    lower.close();
    throw refusal("create connection", "needs a TCP socket of Deno's");
  }
  const open = async () =>
    new DenoTlsSession(await startTls(conn, settings), settings);
  return new TlsChannel({ loop, settings, lower, open });
}

/** Makes the channel of a connection that Deno's TLS listener has accepted. */
export function tlsAcceptedChannel(
  loop: BaseEventLoop,
  lower: ByteChannel,
  settings: TlsSettings,
): TlsChannel {
  const conn = lower.extraInfo("socket") as Deno.TlsConn;
  const open = async () => new DenoTlsSession(conn, settings);
  return new TlsChannel({ loop, settings, lower, open, gathersWrites: true });
}

/**
 * Makes a channel that speaks TLS over any other, in either role.
 *
 * @param prepared What `prepareNodeTls` returned, if that has been called.
 */
export function tlsOverChannel(
  loop: BaseEventLoop,
  lower: ByteChannel,
  settings: TlsSettings,
  prepared?: NodeTls,
): TlsChannel {
  const open = async () =>
    new NodeTlsSession(prepared ?? await prepareNodeTls(settings), lower);
  return new TlsChannel({ loop, settings, lower, open });
}

/**
 * Refuses Deno's own TLS where it cannot be used.
 *
 * @throws {RangeError} If it is asked for.
 */
export function refuseDeno(
  action: string,
  { backend }: TlsSettings,
  reason: string,
): void {
  if (backend === "deno") throw refusal(action, reason);
}

function refusal(action: string, reason: string): RangeError {
  return new RangeError(`Cannot ${action}: backend "deno" ${reason}`);
}

/** Returns the connection of a channel, if Deno can start TLS on it. */
function tcpConnOf(channel: ByteChannel): Deno.TcpConn | null {
  if (!(channel instanceof DenoConnChannel)) return null;
  const conn = channel.extraInfo("socket") as Deno.Conn;
  return "setNoDelay" in conn ? conn as Deno.TcpConn : null;
}

function startTls(
  conn: Deno.TcpConn,
  { serverHostname, caCerts, alpnProtocols }: TlsSettings,
): Promise<Deno.TlsConn> {
  return denoFor("start TLS").startTls(conn, {
    hostname: serverHostname || NO_NAME,
    unsafelyDisableHostnameVerification: serverHostname === "",
    ...(caCerts === undefined ? {} : { caCerts: [...caCerts] }),
    ...(alpnProtocols === undefined
      ? {}
      : { alpnProtocols: [...alpnProtocols] }),
  });
}
