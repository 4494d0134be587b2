import { NotImplementedError } from "../loop/errors.ts";
import {
  type ReadEnd,
  type ReadPipe,
  toReadEnd,
  toWriteEnd,
  type WriteEnd,
  type WritePipe,
} from "./_pipe_ends.ts";
import type { ByteChannel } from "./byte_channel.ts";

/**
 * The byte channel of two pipes, one for each direction, or of one: files,
 * FIFOs, standard input and output, Web streams, in any combination.
 *
 * @example A pair of Web streams as asyncio's streams
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const upperCase = new TransformStream<Uint8Array, Uint8Array>({
 *     transform(chunk, controller) {
 *       const text = new TextDecoder().decode(chunk).toUpperCase();
 *       controller.enqueue(new TextEncoder().encode(text));
 *     },
 *   });
 *   const [reader, writer] = await asyncio.openChannel(
 *     new asyncio.PipeChannel(upperCase.readable, upperCase.writable),
 *   );
 *   writer.write("hello\n");
 *   const line = await reader.readline();
 *   assert.equal(new TextDecoder().decode(line), "HELLO\n");
 *   writer.close();
 * });
 * ```
 */
export class PipeChannel implements ByteChannel {
  /** With something to write to, telling the end is closing that. */
  readonly canEnd: boolean;
  readonly #source: ReadPipe | null;
  readonly #sink: WritePipe | null;
  readonly #input: ReadEnd | null;
  readonly #output: WriteEnd | null;
  readonly #ended = Promise.withResolvers<null>();

  /**
   * Creates the channel; the pipes are the channel's from now on.
   *
   * @param source What to read from, if there is something.
   * @param sink What to write to, if there is something.
   */
  constructor(source: ReadPipe | null, sink: WritePipe | null) {
    this.#source = source;
    this.#sink = sink;
    this.#input = source === null ? null : toReadEnd(source);
    this.#output = sink === null ? null : toWriteEnd(sink);
    this.canEnd = sink !== null;
  }

  /** Reads; without something to read from, waits until the other side goes. */
  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#input !== null) return this.#input.read(buffer);
    const broken = this.#output?.broken ?? this.#ended.promise;
    return Promise.race([this.#ended.promise, broken]);
  }

  /** Writes; fails if there is nothing to write to. */
  write(data: Uint8Array): Promise<number> {
    if (this.#output !== null) return this.#output.write(data);
    return Promise.reject(
      new NotImplementedError("Cannot write: this pipe is for reading"),
    );
  }

  /** Closes what is written to. */
  async end(): Promise<void> {
    await this.#output?.end();
    if (this.#input === null) this.#ended.resolve(null);
  }

  /** Closes both pipes. */
  close(): void {
    this.#output?.close();
    this.#input?.close();
    this.#ended.resolve(null);
  }

  /** Closes both pipes, Web streams with an error. */
  reset(): void {
    this.#output?.reset();
    this.#input?.reset();
    this.#ended.resolve(null);
  }

  /** Tells the "pipe": what is read from, or else what is written to. */
  extraInfo(name: string): unknown {
    return name === "pipe" ? this.#source ?? this.#sink : undefined;
  }
}
