import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { TimeoutError } from "../loop/errors.ts";
import type { TimerHandle } from "../loop/handles.ts";
import { handshakeReset, handshakeTimeout } from "./_tls_errors.ts";
import type { TlsSession } from "./_tls_session.ts";
import type { TlsSettings } from "./_tls_settings.ts";
import type { ByteChannel } from "./byte_channel.ts";

/** The high-water mark of writing over TLS, in bytes, as in asyncio. */
const WRITE_HIGH_WATER = 512 * 1024;

/** How much is read at a time of what nobody wants any more, in bytes. */
const SCRATCH_SIZE = 16 * 1024;

/** What a TLS channel is made of. */
export interface TlsChannelOptions {
  /** The loop whose clock the timeouts go by. */
  readonly loop: BaseEventLoop;
  /** What to speak, in which role, and how long to wait. */
  readonly settings: TlsSettings;
  /** The channel beneath; the TLS channel's from now on. */
  readonly lower: ByteChannel;
  /** Makes the session, when the handshake begins. */
  readonly open: () => Promise<TlsSession>;
  /** Whether small writes shall wait for others, to be sent together. */
  readonly gathersWrites?: boolean;
}

/**
 * The byte channel of a connection that speaks TLS: a handshake before the
 * first byte, and a farewell after the last, each with a timeout.
 */
export class TlsChannel implements ByteChannel {
  /** TLS can close one direction, but asyncio does not. */
  readonly canEnd = false;
  readonly writeHighWater = WRITE_HIGH_WATER;
  readonly gathersWrites: boolean;
  readonly #options: TlsChannelOptions;
  #session: TlsSession | null = null;
  #reading: Promise<number | null> = Promise.resolve(0);
  #timer: TimerHandle | null = null;
  #closed = false;

  /** Creates a channel that is not usable before its handshake. */
  constructor(options: TlsChannelOptions) {
    this.#options = options;
    this.gathersWrites = options.gathersWrites ?? false;
  }

  handshake(): Promise<void> {
    const { sslHandshakeTimeout: seconds } = this.#options.settings;
    return this.#within(
      seconds,
      this.#shakeHands(),
      () => handshakeTimeout(seconds),
    );
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#reading = this.#session!.read(buffer);
  }

  write(data: Uint8Array): Promise<number> {
    return this.#session!.write(data);
  }

  end(): Promise<void> {
    return this.#session!.end();
  }

  shutdown(): Promise<void> {
    return this.#within(
      this.#options.settings.sslShutdownTimeout,
      this.#sayGoodbye().catch(() => {}),
      () => new TimeoutError("SSL shutdown timed out"),
    );
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    if (this.#session === null) this.#options.lower.close();
    else this.#session.close();
  }

  reset(): void {
    this.#options.lower.reset();
    this.close();
  }

  extraInfo(name: string): unknown {
    const session = this.#session;
    switch (name) {
      case "sslcontext":
        return this.#options.settings.given;
      case "ssl_object":
        return session;
      case "peercert":
        return session?.getpeercert();
      case "cipher":
        return session?.cipher();
      case "alpn":
        return session?.selectedAlpnProtocol();
      default:
        return session?.extraInfo(name) ?? this.#options.lower.extraInfo(name);
    }
  }

  async #shakeHands(): Promise<void> {
    const session = await this.#options.open();
    if (this.#closed) {
      session.close();
      throw handshakeReset();
    }
    this.#session = session;
    await session.handshake();
  }

  /** Sends a close_notify and waits for that of the peer. */
  async #sayGoodbye(): Promise<void> {
    const session = this.#session!;
    await session.end();
    const scratch = new Uint8Array(SCRATCH_SIZE);
    let count = await this.#reading;
    while (count !== null) count = await session.read(scratch);
    await this.#options.lower.shutdown?.();
  }

  async #within(
    seconds: number,
    work: Promise<void>,
    late: () => Error,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { loop } = this.#options;
    const timer = loop.callLater(seconds, () => reject(late()));
    this.#timer = timer;
    work.then(resolve, reject);
    try {
      await promise;
    } finally {
      timer.cancel();
    }
  }
}
