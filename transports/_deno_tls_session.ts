import { closeOnce } from "./_close_once.ts";
import { handshakeReset, isTruncation } from "./_tls_errors.ts";
import type { TlsSession } from "./_tls_session.ts";
import type { TlsSettings } from "./_tls_settings.ts";

/** A connection that speaks Deno's own TLS. */
export class DenoTlsSession implements TlsSession {
  readonly serverSide: boolean;
  readonly serverHostname: string | null;
  readonly #conn: Deno.TlsConn;
  #alpnProtocol: string | null = null;

  /** Creates it; the connection is its own from now on. */
  constructor(conn: Deno.TlsConn, settings: TlsSettings) {
    this.#conn = conn;
    this.serverSide = settings.serverSide;
    this.serverHostname = settings.serverHostname || null;
  }

  async handshake(): Promise<void> {
    try {
      const { alpnProtocol } = await this.#conn.handshake();
      this.#alpnProtocol = alpnProtocol;
    } catch (error) {
      throw isTruncation(error) ? handshakeReset() : error;
    }
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#conn.read(buffer).then(null, endOfStream);
  }

  write(data: Uint8Array): Promise<number> {
    return this.#conn.write(data);
  }

  end(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    closeOnce(this.#conn);
  }

  extraInfo(name: string): unknown {
    return name === "socket" ? this.#conn : undefined;
  }

  version(): null {
    return null;
  }

  cipher(): null {
    return null;
  }

  selectedAlpnProtocol(): string | null {
    return this.#alpnProtocol;
  }

  getpeercert(): null {
    return null;
  }
}

/** Takes a stream that just stops, without a close_notify, for one that ends. */
function endOfStream(error: unknown): null {
  if (isTruncation(error)) return null;
  throw error;
}
