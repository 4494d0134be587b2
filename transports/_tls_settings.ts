import type {
  TlsClientCall,
  TlsOptions,
  TlsServerCall,
} from "./tls_options.ts";

/** How long a handshake may take, unless told otherwise, in seconds. */
const HANDSHAKE_TIMEOUT = 60;

/** How long closing waits for the peer, unless told otherwise, in seconds. */
const SHUTDOWN_TIMEOUT = 30;

/** The longest name of a protocol, in bytes: its length is sent as one byte. */
const LONGEST_PROTOCOL = 255;

/** Options that were checked and completed, for one role. */
export interface TlsSettings extends TlsOptions {
  /** The options as they were given, to be told as "sslcontext". */
  readonly given: TlsOptions;
  /** Whether this end is the server. */
  readonly serverSide: boolean;
  /** The name that is verified; "" for none. */
  readonly serverHostname: string;
  readonly verifyMode: "none" | "optional" | "required";
  readonly sslHandshakeTimeout: number;
  readonly sslShutdownTimeout: number;
}

/**
 * Completes the options of a client.
 *
 * @param action What the caller is about to do, for errors.
 * @param host What is connected to, if that is known.
 * @returns The settings, or `null` if TLS is not asked for.
 */
export function clientSettings(
  action: string,
  call: TlsClientCall,
  host: string | null | undefined,
): TlsSettings | null {
  const given = givenOptions(action, call);
  if (given === null) return null;
  const options = { ...given, ...overrides(call) };
  const serverHostname = options.serverHostname ?? (host || null);
  if (serverHostname === null) {
    throw new RangeError(
      `Cannot ${action}: serverHostname is needed with ssl and no host`,
    );
  }
  const { verifyMode = "required" } = options;
  check(action, options, false);
  return complete({ ...options, given, serverHostname, verifyMode }, false);
}

/**
 * Completes the options of a server.
 *
 * @param action What the caller is about to do, for errors.
 * @returns The settings, or `null` if TLS is not asked for.
 */
export function serverSettings(
  action: string,
  call: TlsServerCall,
): TlsSettings | null {
  const given = givenOptions(action, call);
  if (given === null) return null;
  if (given === ALL_DEFAULTS) {
    throw new TypeError(
      `Cannot ${action}: ssl of a server must have cert and key, received true`,
    );
  }
  const options = { ...given, ...overrides(call) };
  const { verifyMode = "none" } = options;
  check(action, options, true);
  const settings = { ...options, given, serverHostname: "", verifyMode };
  return complete(settings, true);
}

/** What `ssl: true` stands for. */
const ALL_DEFAULTS: TlsOptions = {};

function givenOptions(action: string, call: TlsClientCall): TlsOptions | null {
  const { ssl } = call;
  if (ssl === true) return ALL_DEFAULTS;
  if (ssl) {
    if (typeof ssl === "object") return ssl;
    throw new TypeError(
      `Cannot ${action}: ssl must be an object of options, received ${ssl}`,
    );
  }
  for (const [name, value] of Object.entries(overrides(call))) {
    if (value === undefined) continue;
    throw new RangeError(
      `Cannot ${action}: ${name} has no meaning without ssl`,
    );
  }
  return null;
}

/** What the call says itself. */
function overrides(call: TlsClientCall): Partial<TlsOptions> {
  const { serverHostname, sslHandshakeTimeout, sslShutdownTimeout } = call;
  const said = { serverHostname, sslHandshakeTimeout, sslShutdownTimeout };
  const entries = Object.entries(said).filter(([, value]) => value != null);
  return Object.fromEntries(entries);
}

function complete(
  settings: Omit<
    TlsSettings,
    "serverSide" | "sslHandshakeTimeout" | "sslShutdownTimeout"
  >,
  serverSide: boolean,
): TlsSettings {
  return {
    sslHandshakeTimeout: HANDSHAKE_TIMEOUT,
    sslShutdownTimeout: SHUTDOWN_TIMEOUT,
    ...settings,
    serverSide,
  };
}

function check(action: string, options: TlsOptions, serverSide: boolean): void {
  for (const name of ["caCerts", "alpnProtocols"] as const) {
    const value: unknown = options[name];
    if (value === undefined || Array.isArray(value)) continue;
    throw new TypeError(
      `Cannot ${action}: ${name} must be a list, received ${typeof value}`,
    );
  }
  const problem = findProblem(options, serverSide);
  if (problem !== null) throw new RangeError(`Cannot ${action}: ${problem}`);
}

function findProblem(options: TlsOptions, serverSide: boolean): string | null {
  return findBadPem(options) ?? findBadTimeout(options) ??
    findBadProtocol(options) ?? findBadMode(options, serverSide) ??
    findBadBackend(options, serverSide);
}

function findBadPem(options: TlsOptions): string | null {
  const { cert, key, caCerts = [] } = options;
  if ((cert === undefined) !== (key === undefined)) {
    return "cert and key go together, and one of them is missing";
  }
  if (key !== undefined && !isPem(key, "PRIVATE KEY")) {
    return "key has no private key in PEM form";
  }
  for (const [name, text] of [["cert", cert], ...label("caCerts", caCerts)]) {
    if (text === undefined || isPem(text, "CERTIFICATE")) continue;
    return `${name} has no certificate in PEM form`;
  }
  return null;
}

function label(name: string, texts: readonly string[]): [string, string][] {
  return texts.map((text) => [name, text]);
}

function isPem(text: unknown, kind: string): boolean {
  return typeof text === "string" &&
    new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text);
}

function findBadTimeout(options: TlsOptions): string | null {
  for (const name of ["sslHandshakeTimeout", "sslShutdownTimeout"] as const) {
    const seconds = options[name];
    if (seconds === undefined || seconds > 0) continue;
    return `${name} must be a positive number, received ${seconds}`;
  }
  return null;
}

function findBadProtocol({ alpnProtocols = [] }: TlsOptions): string | null {
  for (const protocol of alpnProtocols) {
    const { length } = new TextEncoder().encode(protocol);
    if (length > 0 && length <= LONGEST_PROTOCOL) continue;
    return `a protocol of alpnProtocols must have 1 to 255 bytes, not ${length}`;
  }
  return null;
}

function findBadMode(options: TlsOptions, serverSide: boolean): string | null {
  const { verifyMode, cert, caCerts = [] } = options;
  const modes: unknown[] = ["none", "optional", "required", undefined];
  if (!modes.includes(verifyMode)) {
    return 'verifyMode must be "none", "optional" or "required", ' +
      `received ${verifyMode}`;
  }
  if (!serverSide) return null;
  if (cert === undefined) return "ssl of a server must have cert and key";
  const verifies = verifyMode !== undefined && verifyMode !== "none";
  return verifies && caCerts.length === 0
    ? "verifyMode needs caCerts, to verify certificates by"
    : null;
}

function findBadBackend(
  options: TlsOptions,
  serverSide: boolean,
): string | null {
  const { backend = "node", verifyMode, cert } = options;
  if (backend === "node") return null;
  if (backend !== "deno") {
    return `backend must be "node" or "deno", received ${backend}`;
  }
  const usual = serverSide ? "none" : "required";
  if (verifyMode !== undefined && verifyMode !== usual) {
    return `backend "deno" cannot do without verifyMode "${usual}"`;
  }
  return serverSide || cert === undefined
    ? null
    : 'backend "deno" cannot show the certificate of a client';
}
