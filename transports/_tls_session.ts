import type { SslObject } from "./ssl_object.ts";

/** One implementation of TLS at work on one connection. */
export interface TlsSession extends SslObject {
  /** Agrees with the peer on keys, and verifies who it is. */
  handshake(): Promise<void>;
  /** Waits for decrypted bytes, as a byte channel does. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Encrypts bytes and waits until there is room, as a byte channel does. */
  write(data: Uint8Array): Promise<number>;
  /** Sends close_notify behind what was written; reading goes on. */
  end(): Promise<void>;
  /** Ends at once. */
  close(): void;
  /** Tells something about the connection beneath. */
  extraInfo(name: string): unknown;
}
