import type { Duplex } from "node:stream";
import { ReadSlab } from "./_read_slab.ts";
import type { ByteChannel } from "./byte_channel.ts";

/** Makes a stream of node: from its parts. */
export type DuplexClass = typeof Duplex;

type Done = (error?: Error | null) => void;

/**
 * A byte channel as node:tls wants it. As node:tls takes whatever it can get,
 * and says of everything at once that it was written, both directions are held
 * back here: bytes are read only on demand, and `flushed` tells when those that
 * were written are gone.
 */
export class TlsDuplex {
  /** The stream to be handed to node:tls. */
  readonly stream: Duplex;
  readonly #channel: ByteChannel;
  readonly #slab = new ReadSlab();
  readonly #fail: (error: unknown) => void;
  readonly #ended: () => void;
  /** Whether the stream has room. */
  #wanted = false;
  /** Whether somebody waits for what the bytes mean. */
  #demanded = false;
  #reading = false;
  /** What was read when nobody wanted it any more. */
  #parked: Uint8Array | null | undefined;
  #flushers: (() => void)[] = [];

  /**
   * Creates the stream of a channel.
   *
   * @param fail Called when the channel fails.
   * @param ended Called when the channel has ended, before the stream does.
   */
  constructor(
    StreamClass: DuplexClass,
    channel: ByteChannel,
    fail: (error: unknown) => void,
    ended: () => void,
  ) {
    this.#channel = channel;
    this.#fail = fail;
    this.#ended = ended;
    this.stream = new StreamClass({
      read: () => {
        this.#wanted = true;
        this.#step();
      },
      write: (data: Uint8Array, _encoding: unknown, done: Done) => {
        this.#write([data], done);
      },
      writev: (list: { chunk: Uint8Array }[], done: Done) => {
        this.#write(list.map(({ chunk }) => chunk), done);
      },
      destroy: (_error: unknown, done: Done) => done(),
    });
    this.stream.on("error", () => {});
  }

  /** Says whether bytes shall be read. */
  demand(demanded: boolean): void {
    this.#demanded = demanded;
    this.#step();
  }

  /** Waits until everything that was written has gone into the channel. */
  flushed(): Promise<void> {
    if (this.stream.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => this.#flushers.push(resolve));
  }

  /** Moves on as far as both the stream and the session want it. */
  #step(): void {
    if (!this.#demanded || !this.#wanted || this.stream.destroyed) return;
    const parked = this.#parked;
    if (parked === undefined) return this.#read();
    this.#parked = undefined;
    this.#wanted = false;
    if (parked === null) this.#ended();
    this.stream.push(parked);
  }

  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#channel.read(this.#slab.room()).then((count) => {
      this.#reading = false;
      this.#parked = count === null ? null : this.#slab.take(count);
      this.#step();
    }, this.#fail);
  }

  #write(pieces: Uint8Array[], done: Done): void {
    this.#writeAll(pieces).then(() => {
      done();
      if (this.stream.writableLength > 0) return;
      const flushers = this.#flushers;
      this.#flushers = [];
      for (const flusher of flushers) flusher();
    }, (error) => {
      this.#fail(error);
      done(error);
    });
  }

  async #writeAll(pieces: Uint8Array[]): Promise<void> {
    for (let rest = join(pieces); rest.length > 0;) {
      rest = rest.subarray(await this.#channel.write(rest));
    }
  }
}

function join(pieces: Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const joined = new Uint8Array(length);
  let filled = 0;
  for (const piece of pieces) {
    joined.set(piece, filled);
    filled += piece.length;
  }
  return joined;
}
