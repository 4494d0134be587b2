import type { TLSSocket } from "node:tls";
import type { NodeTls } from "./_node_tls.ts";
import { clientOptions, serverOptions } from "./_node_tls_options.ts";
import { findProblem, peerCertificate } from "./_node_tls_verify.ts";
import { TlsDuplex } from "./_tls_duplex.ts";
import { fromNodeError, handshakeReset } from "./_tls_errors.ts";
import type { TlsSession } from "./_tls_session.ts";
import type { TlsSettings } from "./_tls_settings.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { Cipher, PeerCertificate } from "./ssl_object.ts";

/** The most that is encrypted before the rest has to wait for room. */
const LARGEST_WRITE = 64 * 1024;

interface PendingRead {
  readonly buffer: Uint8Array;
  readonly resolve: (count: number | null) => void;
  readonly reject: (error: unknown) => void;
}

/** A byte channel that speaks TLS by means of node:tls, in either role. */
export class NodeTlsSession implements TlsSession {
  readonly #settings: TlsSettings;
  readonly #lower: ByteChannel;
  readonly #duplex: TlsDuplex;
  readonly #established = Promise.withResolvers<void>();
  #socket: TLSSocket | null = null;
  /** What was decrypted and not read yet. */
  #chunks: Uint8Array[] = [];
  #reader: PendingRead | null = null;
  #writer: ((error: unknown) => void) | null = null;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;
  #certificate: PeerCertificate | null = null;

  /** Begins a handshake; the channel is the session's from now on. */
  constructor(node: NodeTls, lower: ByteChannel) {
    this.#settings = node.settings;
    this.#lower = lower;
    this.#duplex = new TlsDuplex(
      node.Duplex,
      lower,
      (error) => this.#fail(error),
      () => {
        if (this.#socket === null) this.#fail(handshakeReset());
      },
    );
    this.#established.promise.catch(() => {});
    if (this.serverSide) this.#accept(node);
    else this.#connect(node);
    this.#duplex.demand(true);
  }

  get serverSide(): boolean {
    return this.#settings.serverSide;
  }

  get serverHostname(): string | null {
    if (!this.serverSide) return this.#settings.serverHostname || null;
    const socket = this.#socket as { servername?: string } | null;
    return socket?.servername || null;
  }

  handshake(): Promise<void> {
    return this.#established.promise;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#reader = { buffer, resolve, reject };
      this.#duplex.demand(this.#chunks.length === 0);
      this.#serveReader();
    });
  }

  write(data: Uint8Array): Promise<number> {
    const piece = data.subarray(0, LARGEST_WRITE);
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure.error);
      this.#writer = reject;
      this.#socket!.write(piece, (error) => {
        if (error) return reject(this.#failure?.error ?? error);
        this.#duplex.flushed().then(() => resolve(piece.length));
      });
    });
  }

  end(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure.error);
      this.#writer = reject;
      this.#socket!.end(() => this.#duplex.flushed().then(resolve));
    });
  }

  close(): void {
    this.#fail(handshakeReset());
    this.#socket?.destroy();
    this.#duplex.stream.destroy();
    this.#lower.close();
  }

  extraInfo(_name: string): undefined {}

  version(): string | null {
    return this.#socket?.getProtocol() ?? null;
  }

  cipher(): Cipher | null {
    const cipher = this.#socket?.getCipher();
    return cipher ? { name: cipher.name, protocol: cipher.version } : null;
  }

  selectedAlpnProtocol(): string | null {
    return this.#socket?.alpnProtocol || null;
  }

  getpeercert(): PeerCertificate | null {
    return this.#certificate;
  }

  /** Begins as a server: one that never listens, but is handed a connection. */
  #accept({ tls, settings }: NodeTls): void {
    const server = tls.createServer(serverOptions(settings));
    server.once("secureConnection", (socket) => this.#establish(socket));
    server.once("tlsClientError", (error) => this.#fail(error));
    server.emit("connection", this.#duplex.stream);
  }

  #connect({ tls, settings, context }: NodeTls): void {
    const socket = tls.connect({
      ...clientOptions(settings),
      secureContext: context,
      socket: this.#duplex.stream,
    });
    socket.once("secureConnect", () => this.#establish(socket));
    socket.on("error", (error) => this.#fail(error));
  }

  /** The handshake is over; what the peer has shown remains to be judged. */
  #establish(socket: TLSSocket): void {
    this.#socket = socket;
    this.#certificate = peerCertificate(socket);
    const problem = findProblem(socket, this.#certificate, this.#settings);
    if (problem !== null) return this.#fail(problem);
    socket.on("error", (error) => this.#fail(error));
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    socket.once("end", () => this.#end());
    this.#duplex.demand(false);
    this.#established.resolve();
  }

  #receive(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#duplex.demand(false);
    this.#serveReader();
  }

  #end(): void {
    this.#ended = true;
    this.#serveReader();
  }

  #serveReader(): void {
    const reader = this.#reader;
    if (reader === null) return;
    const count = this.#take(reader.buffer);
    if (count > 0) reader.resolve(count);
    else if (this.#failure !== null) reader.reject(this.#failure.error);
    else if (this.#ended) reader.resolve(null);
    else return;
    this.#reader = null;
  }

  #take(buffer: Uint8Array): number {
    let filled = 0;
    while (filled < buffer.length) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break;
      const piece = chunk.subarray(0, buffer.length - filled);
      buffer.set(piece, filled);
      filled += piece.length;
      const rest = chunk.subarray(piece.length);
      if (rest.length > 0) this.#chunks.unshift(rest);
    }
    return filled;
  }

  /** Ends everything that waits; the first error counts. */
  #fail(error: unknown): void {
    if (this.#failure !== null) return;
    const failure = { error: this.#translate(error) };
    this.#failure = failure;
    this.#established.reject(failure.error);
    this.#writer?.(failure.error);
    this.#serveReader();
  }

  #translate(error: unknown): unknown {
    return fromNodeError(error, this.#settings.serverHostname);
  }
}
