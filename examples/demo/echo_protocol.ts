import * as asyncio from "@asyncio/asyncio";
import type { Tallies } from "./tally.ts";

/** Echoes what arrives, and closes a connection on which nothing does. */
export class EchoProtocol extends asyncio.Protocol {
  readonly #tallies: Tallies;
  readonly #idleSeconds: number;
  #transport!: asyncio.Transport;
  #timer: asyncio.TimerHandle | null = null;

  constructor(tallies: Tallies, idleSeconds: number) {
    super();
    this.#tallies = tallies;
    this.#idleSeconds = idleSeconds;
  }

  override connectionMade(transport: asyncio.Transport): void {
    this.#transport = transport;
    this.#tallies.protocol.connections++;
    this.#restartTimer();
  }

  override dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
    this.#restartTimer();
  }

  /** The client takes less than it sends: no more is read until it does. */
  override pauseWriting(): void {
    this.#transport.pauseReading();
  }

  override resumeWriting(): void {
    this.#transport.resumeReading();
  }

  override connectionLost(): void {
    this.#timer?.cancel();
  }

  #restartTimer(): void {
    this.#timer?.cancel();
    this.#timer = asyncio.getRunningLoop().callLater(this.#idleSeconds, () => {
      this.#tallies.idleConnections++;
      this.#transport.abort();
    });
  }
}
