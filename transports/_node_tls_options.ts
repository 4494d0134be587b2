import type { ConnectionOptions, TlsOptions } from "node:tls";
import { isNumeric } from "./_numeric.ts";
import type { TlsSettings } from "./_tls_settings.ts";

/** The longest timer of node:, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

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
  const { cert, key, caCerts, verifyMode, sslHandshakeTimeout } = settings;
  return {
    ...commonOptions(settings),
    cert: cert!,
    key: key!,
    ...(caCerts === undefined ? {} : { ca: [...caCerts] }),
    requestCert: verifyMode !== "none",
    // Clients are judged when their certificate can be looked at.
    rejectUnauthorized: false,
    // The channel has a timer of its own, which comes first.
    handshakeTimeout: Math.min(2000 * sslHandshakeTimeout, LONGEST_TIMER),
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
