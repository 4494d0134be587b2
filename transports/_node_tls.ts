import type { SecureContext } from "node:tls";
import { invalidData } from "./_tls_errors.ts";
import type { DuplexClass } from "./_tls_duplex.ts";
import type { TlsSettings } from "./_tls_settings.ts";

/** What a session with node:tls needs, loaded and checked in advance. */
export interface NodeTls {
  readonly tls: typeof import("node:tls");
  readonly Duplex: DuplexClass;
  readonly settings: TlsSettings;
  /** What a client trusts and shows. */
  readonly context: SecureContext;
}

/**
 * Loads node:tls, and checks the certificate and the key: node:tls would do so
 * in the middle of a handshake, and say something else.
 *
 * @throws {Deno.errors.InvalidData} If they cannot be read, or do not fit.
 */
export async function prepareNodeTls(settings: TlsSettings): Promise<NodeTls> {
  const [tls, { Duplex }] = await Promise.all([
    import("node:tls"),
    import("node:stream"),
  ]);
  await checkCertificates(settings);
  const context = createContext(tls, settings);
  return { tls, Duplex, settings, context };
}

async function checkCertificates(settings: TlsSettings): Promise<void> {
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  const { cert, key, caCerts = [] } = settings;
  for (const pem of caCerts) attempt("caCerts", () => new X509Certificate(pem));
  if (cert === undefined || key === undefined) return;
  const certificate = attempt("cert", () => new X509Certificate(cert));
  const privateKey = attempt("key", () => createPrivateKey(key));
  if (certificate.checkPrivateKey(privateKey)) return;
  throw invalidData("Cannot use key: it is not that of the certificate");
}

function attempt<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw invalidData(`Cannot use ${name}: it cannot be decoded`, error);
  }
}

/** Of a context in node: the way to trust more than the usual authorities. */
interface ContextHandle {
  addCACert(pem: string): void;
}

function createContext(
  tls: typeof import("node:tls"),
  { cert, key, caCerts = [] }: TlsSettings,
): SecureContext {
  const identity = cert === undefined ? {} : { cert, key: key! };
  const context = tls.createSecureContext(identity);
  const handle = context.context as ContextHandle;
  for (const pem of caCerts) handle.addCACert(pem);
  return context;
}
