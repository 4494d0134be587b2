import type { PeerCertificate as NodeCertificate, TLSSocket } from "node:tls";
import { certificateError, fromNodeError } from "./_tls_errors.ts";
import type { TlsSettings } from "./_tls_settings.ts";
import type { PeerCertificate } from "./ssl_object.ts";

/** Returns the certificate that the peer has shown, `null` if none. */
export function peerCertificate(socket: TLSSocket): PeerCertificate | null {
  const shown: Partial<NodeCertificate> | null = socket.getPeerCertificate();
  if (!shown?.raw) return null;
  const certificate = shown as NodeCertificate;
  return {
    subject: toRecord(certificate.subject),
    issuer: toRecord(certificate.issuer),
    subjectAltName: certificate.subjectaltname?.split(", ") ?? [],
    serialNumber: certificate.serialNumber,
    notBefore: new Date(certificate.valid_from),
    notAfter: new Date(certificate.valid_to),
    fingerprint256: certificate.fingerprint256,
    der: new Uint8Array(certificate.raw),
  };
}

function toRecord(name: object): Record<string, string> {
  const entries = Object.entries(name ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, `${value}`]));
}

/**
 * Finds out why a peer is not to be trusted, when the handshake is over.
 *
 * @returns The error to end with, `null` if all is well.
 */
export function findProblem(
  socket: TLSSocket,
  certificate: PeerCertificate | null,
  { verifyMode, serverSide, serverHostname }: TlsSettings,
): unknown {
  if (verifyMode === "none") return null;
  if (certificate === null && serverSide) {
    const mayBeMissing = verifyMode === "optional";
    return mayBeMissing ? null : certificateError("the peer showed none");
  }
  if (socket.authorized) return null;
  const problem = datesProblem(certificate);
  if (problem !== null) return certificateError(problem);
  const reason: unknown = socket.authorizationError;
  const code = (reason as { code?: unknown } | null)?.code ?? reason;
  const error = Object.assign(new Error(`Not authorized: ${code}`), { code });
  const translated = fromNodeError(error, serverHostname);
  return translated === error ? certificateError(`${code}`) : translated;
}

/** Tells whether a certificate is not valid now; node:tls in Deno does not. */
function datesProblem(certificate: PeerCertificate | null): string | null {
  const now = new Date();
  if (certificate === null) return null;
  if (certificate.notAfter < now) return "Expired";
  return certificate.notBefore > now ? "NotValidYet" : null;
}
