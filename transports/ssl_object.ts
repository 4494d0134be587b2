/** A certificate that a peer has shown. */
export interface PeerCertificate {
  /** Whose it is, by the short names of X.509, such as `CN`. */
  readonly subject: Readonly<Record<string, string>>;
  /** Who vouches for it. */
  readonly issuer: Readonly<Record<string, string>>;
  /** What it is for, such as "DNS:example.com" or "IP Address:127.0.0.1". */
  readonly subjectAltName: readonly string[];
  /** The serial number, in hexadecimal digits. */
  readonly serialNumber: string;
  /** From when on it is valid. */
  readonly notBefore: Date;
  /** Until when it is valid. */
  readonly notAfter: Date;
  /** The SHA-256 digest, in hexadecimal digits with colons between. */
  readonly fingerprint256: string;
  /** The certificate itself, in DER form. */
  readonly der: Uint8Array;
}

/** What the two ends encrypt with. */
export interface Cipher {
  /** The name, such as "TLS_AES_256_GCM_SHA384". */
  readonly name: string;
  /** The version of TLS that defines it, such as "TLSv1.3". */
  readonly protocol: string;
}

/**
 * What is known of a TLS connection: the "ssl_object" of `getExtraInfo()`.
 * Deno's own TLS tells only the protocol that was agreed on; use
 * `backend: "node"` to learn the rest.
 */
export interface SslObject {
  /** Whether this end is the server. */
  readonly serverSide: boolean;
  /**
   * The name of the server: the one a client verified, or asked a server for;
   * `null` if there is none.
   */
  readonly serverHostname: string | null;

  /**
   * Returns the version of TLS in use.
   *
   * @returns The version, such as "TLSv1.3"; `null` if the platform cannot tell.
   */
  version(): string | null;

  /**
   * Returns what the connection is encrypted with.
   *
   * @returns The cipher; `null` if the platform cannot tell.
   */
  cipher(): Cipher | null;

  /**
   * Returns the protocol that the two ends agreed on (ALPN).
   *
   * @returns The protocol; `null` if they did not agree on one.
   */
  selectedAlpnProtocol(): string | null;

  /**
   * Returns the certificate of the peer.
   *
   * @returns The certificate; `null` if the peer showed none or the platform
   * cannot tell.
   */
  getpeercert(): PeerCertificate | null;
}
