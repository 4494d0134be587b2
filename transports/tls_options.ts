/**
 * How to speak TLS; what asyncio calls an `SSLContext`. The same object may
 * serve any number of connections, and both roles if it fits both.
 *
 * Certificates and keys are texts in PEM form, not names of files.
 *
 * | a client                        | a server                              |
 * |---------------------------------|---------------------------------------|
 * | verifies the server             | needs `cert` and `key`                |
 * | trusts the usual authorities    | asks clients for no certificate       |
 * | may show `cert`, if asked to    | trusts only `caCerts`, if it does ask |
 */
export interface TlsOptions {
  /** The certificate of this end, and those that vouch for it, in order. */
  cert?: string;
  /** The private key of the certificate, not encrypted. */
  key?: string;
  /**
   * Certificates of authorities. A client trusts them in addition to those that
   * Deno trusts; a server that asks for certificates trusts only them.
   */
  caCerts?: readonly string[];
  /** The protocols to agree on (ALPN), the best first, such as "h2". */
  alpnProtocols?: readonly string[];
  /**
   * Whether the peer must show a certificate that is trusted. By default
   * "required" for a client, which "optional" means too, and "none" for a
   * server. With "optional" a server takes clients that show none.
   */
  verifyMode?: "none" | "optional" | "required";
  /**
   * For a client, the name that the certificate of the server must be for, by
   * default the host that is connected to. "" takes any name.
   */
  serverHostname?: string;
  /** How long the handshake may take, in seconds, by default 60. */
  sslHandshakeTimeout?: number;
  /** How long closing waits for the peer to agree, in seconds, by default 30. */
  sslShutdownTimeout?: number;
  /**
   * What speaks TLS: "node" is `node:tls`, the default; "deno" is Deno's own
   * TLS, which takes about half of the time, but
   *
   * - cannot end a handshake: a peer that falls silent in it keeps the socket
   *   open after the timeout, until it goes away; a peer that takes no more
   *   bytes keeps it open after `abort()`;
   * - cannot send small writes of a server at once: those that follow each other
   *   closely may take 40 ms, for want of TCP_NODELAY;
   * - cannot verify clients, nor show a client's certificate, nor upgrade a
   *   connection in use, nor tell "peercert" and "cipher".
   */
  backend?: "node" | "deno";
}

/** The options of a call that may use TLS as a server. */
export interface TlsServerCall {
  /** Speaks TLS, as the server. */
  ssl?: TlsOptions | false;
  /** As in {@linkcode TlsOptions}, which it overrules; only with `ssl`. */
  sslHandshakeTimeout?: number;
  /** As in {@linkcode TlsOptions}, which it overrules; only with `ssl`. */
  sslShutdownTimeout?: number;
}

/** The options of a call that may use TLS as a client. */
export interface TlsClientCall extends Omit<TlsServerCall, "ssl"> {
  /** Speaks TLS, as the client; `true` means with all defaults. */
  ssl?: TlsOptions | boolean;
  /** As in {@linkcode TlsOptions}, which it overrules; only with `ssl`. */
  serverHostname?: string;
}
