import type { Future } from "../../loop/futures.ts";
import { currentLoop } from "../../loop/running.ts";
import { Protocol } from "../../transports/protocols.ts";
import type { Transport } from "../../transports/transports.ts";

/** A protocol that notes what it is told, and lets a test wait for it. */
export class Recorder extends Protocol {
  /** The names of the methods called, pieces of data as one "data". */
  readonly events: string[] = [];
  /** Everything received so far. */
  readonly chunks: Uint8Array[] = [];
  /** What ended the connection. */
  error: Error | null = null;
  /** What `eofReceived()` returns. */
  keepOpen = false;
  /** Called with every event, from within it. */
  on: (event: string) => void = () => {};
  transport!: Transport;
  #waiters: Future<void>[] = [];

  override connectionMade(transport: Transport): void {
    this.transport = transport;
    this.#note("made");
  }

  override dataReceived(data: Uint8Array): void {
    this.chunks.push(data);
    this.#note("data");
  }

  override eofReceived(): boolean {
    this.#note("eof");
    return this.keepOpen;
  }

  override pauseWriting(): void {
    this.#note("pause");
  }

  override resumeWriting(): void {
    this.#note("resume");
  }

  override connectionLost(error: Error | null): void {
    this.error = error;
    this.#note("lost");
  }

  /** How many bytes were received. */
  get length(): number {
    return this.chunks.reduce((sum, { length }) => sum + length, 0);
  }

  /** What was received, as one piece. */
  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let filled = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    return bytes;
  }

  /** What was received, as text. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** Waits until something is so; looks again after every event. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const waiter = currentLoop().createFuture<void>();
      this.#waiters.push(waiter);
      await waiter;
    }
  }

  /** Waits for an event that may have come already. */
  async seen(event: string): Promise<void> {
    await this.until(() => this.events.includes(event));
  }

  #note(event: string): void {
    if (event !== "data" || this.events.at(-1) !== "data") {
      this.events.push(event);
    }
    this.on(event);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (!waiter.done()) waiter.setResult();
    }
  }
}
