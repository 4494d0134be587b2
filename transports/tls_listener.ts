import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import type { Listening } from "./_listen.ts";
import { prepareNodeTls } from "./_node_tls.ts";
import type { TlsSettings } from "./_tls_settings.ts";
import type { Address, ByteChannel, ByteListener } from "./byte_channel.ts";
import { tlsAcceptedChannel, tlsOverChannel } from "./tls.ts";

/** The connections of another listener, to speak TLS on as the server. */
export class TlsListener implements ByteListener {
  readonly #lower: ByteListener;
  readonly #wrap: (channel: ByteChannel) => ByteChannel;

  /**
   * Creates it.
   *
   * @param lower Where connections come from; its own from now on.
   * @param wrap Makes the channel that speaks TLS of each.
   */
  constructor(
    lower: ByteListener,
    wrap: (channel: ByteChannel) => ByteChannel,
  ) {
    this.#lower = lower;
    this.#wrap = wrap;
  }

  get address(): Address {
    return this.#lower.address;
  }

  async accept(): Promise<ByteChannel> {
    return this.#wrap(await this.#lower.accept());
  }

  close(): void {
    this.#lower.close();
  }
}

/** Deno's TLS, in the place of Deno, as what to listen with. */
export function denoTlsListening(
  deno: typeof Deno,
  { cert, key, alpnProtocols }: TlsSettings,
): Listening<Deno.TlsListener> {
  const tls = {
    cert: cert!,
    key: key!,
    ...(alpnProtocols === undefined
      ? {}
      : { alpnProtocols: [...alpnProtocols] }),
  };
  return { listen: (options) => deno.listenTls({ ...options, ...tls }) };
}

/**
 * Finds how to speak TLS on what a listener accepts.
 *
 * @throws {Deno.errors.InvalidData} If the certificate or the key is no good.
 */
export function* tlsWrapper(
  loop: BaseEventLoop,
  settings: TlsSettings,
): CoroutineGenerator<(lower: ByteListener) => ByteListener> {
  if (settings.backend === "deno") {
    return (lower) =>
      new TlsListener(
        lower,
        (channel) => tlsAcceptedChannel(loop, channel, settings),
      );
  }
  const prepared = yield* wrapFuture(prepareNodeTls(settings));
  return (lower) =>
    new TlsListener(
      lower,
      (channel) => tlsOverChannel(loop, channel, settings, prepared),
    );
}
