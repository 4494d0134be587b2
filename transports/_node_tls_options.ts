import type { ConnectionOptions, TlsOptions } from "node:tls";
import { isNumeric } from "./_numeric.ts";
import type { TlsSettings } from "./_tls_settings.ts";

/**
 * Sets no timer: the channel has one, and that of node:tls would hold on to a
 * handshake that has failed until it fires. (0 would mean two minutes.)
 */
const NO_TIMER = -1;

/** What node:tls is told of a client. */
export function clientOptions(settings: TlsSettings): ConnectionOptions {
  const { serverHostname: name, verifyMode } = settings;
  return {
    ...commonOptions(settings),
    ...(name === ""
      ? { checkServerIdentity: () => undefined }
      : { host: name }),
    servername: isNumeric(name) ? "" : name,
    rejectUnauthorized: verifyMode !== "none",
  };
}

/** What node:tls is told of a server. */
export function serverOptions(settings: TlsSettings): TlsOptions {
  const { cert, key, caCerts, verifyMode } = settings;
  return {
    ...commonOptions(settings),
    cert: cert!,
    key: key!,
    ...(caCerts === undefined ? {} : { ca: [...caCerts] }),
    requestCert: verifyMode !== "none",
    // Clients are judged when their certificate can be looked at.
    rejectUnauthorized: false,
    handshakeTimeout: NO_TIMER,
  };
}

function commonOptions({ alpnProtocols }: TlsSettings) {
  return {
    allowHalfOpen: true,
    ...(alpnProtocols === undefined
      ? {}
      : { ALPNProtocols: [...alpnProtocols] }),
  };
}
