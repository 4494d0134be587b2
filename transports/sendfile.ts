import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { wrapFuture } from "../loop/ensure_future.ts";
import { RuntimeError, SendfileNotAvailableError } from "../loop/errors.ts";
import type { Future } from "../loop/futures.ts";
import { currentLoop } from "../loop/running.ts";
import { systemError } from "./_errors.ts";
import type { WritableSocket } from "./_socket_states.ts";
import type { StreamProtocol } from "./protocols.ts";
import { sockSendall } from "./sockets.ts";
import type { Transport, WriteTransport } from "./transports.ts";

/** How much of a file is in memory at a time. */
const PIECE_BYTES = 256 * 1024;

/** A file that is sent: a `Deno.FsFile`. */
export interface SendfileSource {
  /** Reads into a buffer; `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Goes to a place, counted from the start. */
  seek(offset: number, whence: Deno.SeekMode): Promise<number>;
}

/** Options of `loop.sendfile()` and `loop.sockSendfile()`. */
export interface SendfileOptions {
  /**
   * Whether to read and write if the system cannot send the file by itself,
   * which Deno never lets it: by default yes.
   */
  fallback?: boolean;
}

/** Sends a file through a transport. */
export function* sendfile(
  transport: WriteTransport,
  file: SendfileSource,
  offset: number,
  count: number | null,
  options: SendfileOptions,
): CoroutineGenerator<number> {
  if (transport.isClosing()) {
    throw new RuntimeError("Cannot send file: transport is closing");
  }
  checkFallback(options);
  const pacer = new Pacer(transport as Transport);
  try {
    return yield* copy(file, offset, count, function* (piece) {
      yield* pacer.untilWritable();
      transport.write(piece);
    }, () => pacer.untilWritable());
  } finally {
    pacer.restore();
  }
}

/** Sends a file through a socket. */
export function* sockSendfile(
  sock: WritableSocket,
  file: SendfileSource,
  offset: number,
  count: number | null,
  options: SendfileOptions,
): CoroutineGenerator<number> {
  checkFallback(options);
  return yield* copy(file, offset, count, (piece) => sockSendall(sock, piece));
}

/** Reads the file piece by piece, and leaves it where the last piece ended. */
function* copy(
  file: SendfileSource,
  offset: number,
  count: number | null,
  send: (piece: Uint8Array) => CoroutineGenerator<void>,
  finish?: () => CoroutineGenerator<void>,
): CoroutineGenerator<number> {
  checkRange(offset, count);
  yield* wrapFuture(file.seek(offset, 0));
  const buffer = new Uint8Array(PIECE_BYTES);
  let sent = 0;
  let reading: Promise<number | null> = Promise.resolve(null);
  try {
    while (count === null || sent < count) {
      const most = Math.min(PIECE_BYTES, (count ?? Infinity) - sent);
      reading = file.read(buffer.subarray(0, most));
      const length = yield* wrapFuture(reading);
      if (!length) break;
      yield* send(buffer.subarray(0, length));
      sent += length;
    }
    if (finish !== undefined) yield* finish();
    return sent;
  } finally {
    // A read that was given up would move the place again.
    yield* wrapFuture(reading.catch(() => null));
    yield* wrapFuture(file.seek(offset + sent, 0));
  }
}

/**
 * Stands in for the protocol while a file is sent: nobody else may write
 * between its pieces, or be told to pause.
 */
class Pacer implements StreamProtocol {
  readonly #transport: Transport & { readonly writingPaused?: boolean };
  readonly #protocol: StreamProtocol;
  readonly #wasReading: boolean;
  readonly #wasPaused: boolean;
  #paused: boolean;
  #lost: Error | null = null;
  #waiter: Future<void> | null = null;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#protocol = transport.getProtocol();
    this.#wasReading = transport.isReading();
    this.#wasPaused = this.#paused = this.#transport.writingPaused ?? false;
    transport.pauseReading();
    transport.setProtocol(this);
  }

  pauseWriting(): void {
    this.#paused = true;
  }

  resumeWriting(): void {
    this.#paused = false;
    this.#wake();
  }

  connectionLost(error: Error | null): void {
    this.#lost = error ?? systemError("ConnectionReset", "Connection is lost");
    this.#wake();
    this.#protocol.connectionLost?.(error);
  }

  /** Waits until the transport takes more. */
  *untilWritable(): CoroutineGenerator<void> {
    while (this.#paused && this.#lost === null) {
      this.#waiter = currentLoop().createFuture<void>();
      yield* this.#waiter;
    }
    if (this.#lost !== null) throw this.#lost;
    if (!this.#transport.isClosing()) return;
    throw systemError("ConnectionReset", "Connection is closed");
  }

  /** Gives the transport back, with the protocol told what it has missed. */
  restore(): void {
    this.#transport.setProtocol(this.#protocol);
    if (this.#lost !== null) return;
    if (this.#wasPaused && !this.#paused) this.#protocol.resumeWriting?.();
    if (!this.#wasPaused && this.#paused) this.#protocol.pauseWriting?.();
    if (this.#wasReading) this.#transport.resumeReading();
  }

  #wake(): void {
    if (this.#waiter?.done() === false) this.#waiter.setResult();
  }
}

function checkFallback({ fallback = true }: SendfileOptions): void {
  if (fallback) return;
  throw new SendfileNotAvailableError(
    "Cannot send file: Deno cannot let the system do it",
  );
}

function checkRange(offset: number, count: number | null): void {
  if (!Number.isInteger(offset) || offset < 0) {
    throw new RangeError(
      `Cannot send file: offset must be a natural number, received ${offset}`,
    );
  }
  if (count === null || (Number.isInteger(count) && count > 0)) return;
  throw new RangeError(
    `Cannot send file: count must be a positive integer, received ${count}`,
  );
}
