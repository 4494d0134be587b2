import { systemError } from "./_errors.ts";
import { toDenoError } from "./_node_errors.ts";

const host = globalThis as { Deno?: typeof Deno };

/** How errors about the certificate of the peer begin, as Deno words them. */
const INVALID_CERTIFICATE = "invalid peer certificate";

/**
 * What is wrong with a certificate, by the code that node:tls gives it, in the
 * words of Deno's own TLS.
 */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "Expired",
  CERT_NOT_YET_VALID: "NotValidYet",
  CERT_REVOKED: "Revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "UnknownIssuer, it is self-signed",
  INVALID_PURPOSE: "InvalidPurpose",
  SELF_SIGNED_CERT_IN_CHAIN: "UnknownIssuer",
  UNABLE_TO_GET_ISSUER_CERT: "UnknownIssuer",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "UnknownIssuer",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "UnknownIssuer or Expired",
};

/** Makes the error of data that a TLS peer should not have sent. */
export function invalidData(message: string, cause?: unknown): Error {
  const Class = host.Deno?.errors.InvalidData ?? Error;
  return new Class(message, cause === undefined ? undefined : { cause });
}

/** Makes the error of a certificate that is not to be trusted. */
export function certificateError(problem: string, cause?: unknown): Error {
  return invalidData(`${INVALID_CERTIFICATE}: ${problem}`, cause);
}

/** Makes the error of a peer that went away before the handshake was over. */
export function handshakeReset(): Error {
  return systemError("ConnectionReset", "Connection reset in TLS handshake");
}

/** Makes the error of a handshake that takes too long, in asyncio's words. */
export function handshakeTimeout(seconds: number): Error {
  return systemError(
    "ConnectionAborted",
    `SSL handshake is taking longer than ${seconds} seconds: ` +
      "aborting the connection",
  );
}

/** Tells whether an error of Deno's TLS says that the stream just stopped. */
export function isTruncation(error: unknown): boolean {
  const Class = host.Deno?.errors.UnexpectedEof;
  return Class !== undefined && error instanceof Class;
}

/** What the exception handler is told of a handshake that failed. */
export function handshakeReport(error: unknown): string {
  const { message = "" } = error as Partial<Error>;
  return message.startsWith(INVALID_CERTIFICATE)
    ? "SSL handshake failed on verifying the certificate"
    : "SSL handshake failed";
}

/**
 * Puts an error of node:tls as Deno's own TLS would.
 */
export function fromNodeError(error: unknown, name: string): unknown {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  if (typeof code !== "string") return error;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return certificateError(`certificate not valid for name "${name}"`, error);
  }
  const problem = CERTIFICATE_PROBLEMS[code];
  if (problem !== undefined) return certificateError(problem, error);
  if (!code.startsWith("ERR_SSL_")) return toDenoError(error as Error);
  return invalidData(message.replace(/ \(SSL routines.*\)$/, ""), error);
}
