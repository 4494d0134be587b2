import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { type Coroutine, operation } from "../loop/coroutines.ts";
import { currentLoop } from "../loop/running.ts";
import type { OpenChannelOptions } from "./open.ts";
import { StreamReader } from "./stream_reader.ts";
import { StreamReaderProtocol } from "./stream_reader_protocol.ts";
import { StreamWriter } from "./stream_writer.ts";

/** The most that is read for a Web stream at once. */
const CHUNK_BYTES = 64 * 1024;

/** Options of {@linkcode toReadableStream}. */
export interface ToReadableStreamOptions {
  /** Called with the reason when the Web stream is cancelled. */
  cancel?: (reason: unknown) => void;
}

/**
 * Makes a Web stream of a reader: a byte stream, which can read into the
 * memory of its consumer ("byob"). It reads only when it is read from, so that
 * a slow consumer holds the peer back.
 *
 * @param reader What to read; nobody else should from now on.
 * @param options What to do when the stream is cancelled.
 * @returns The Web stream.
 *
 * @example A response made of a reader
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const reader = new asyncio.StreamReader();
 *   reader.feedData(new TextEncoder().encode("hello"));
 *   reader.feedEof();
 *   const response = new Response(asyncio.toReadableStream(reader));
 *   assert.equal(await response.text(), "hello");
 * });
 * ```
 */
export function toReadableStream(
  reader: StreamReader,
  options: ToReadableStreamOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const loop = currentLoop();
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK_BYTES,
    async pull(controller: ReadableByteStreamController) {
      const request = controller.byobRequest!;
      const { buffer, byteOffset, byteLength } = request.view!;
      const data = await loop.createTask(reader.read(byteLength));
      if (data.length === 0) controller.close();
      new Uint8Array(buffer, byteOffset, byteLength).set(data);
      request.respond(data.length);
    },
    cancel: (reason) => options.cancel?.(reason),
  });
}

/**
 * Makes a Web stream of a writer. Every write waits until there is room to
 * write more, so that a slow peer holds the producer back. Closing the stream
 * closes the writer and waits until it is closed; aborting aborts it.
 *
 * @param writer What to write to; nobody else should from now on.
 * @returns The Web stream.
 *
 * @example Piping a file's bytes into a connection
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const [near, far] = asyncio.memoryChannelPair();
 *   const [, writer] = await asyncio.openChannel(near);
 *   const [reader, other] = await asyncio.openChannel(far);
 *   const body = new Response("some bytes").body!;
 *   await body.pipeTo(asyncio.toWritableStream(writer));
 *   const text = new TextDecoder().decode(await reader.read());
 *   assert.equal(text, "some bytes");
 *   other.close();
 * });
 * ```
 */
export function toWritableStream(
  writer: StreamWriter,
): WritableStream<Uint8Array | string> {
  const loop = currentLoop();
  return new WritableStream<Uint8Array | string>({
    async write(chunk) {
      writer.write(chunk);
      await loop.createTask(writer.drain());
    },
    async close() {
      writer.close();
      await loop.createTask(writer.waitClosed());
    },
    abort() {
      writer.transport.abort();
    },
  });
}

/**
 * Makes a reader of a Web stream. It reads ahead until twice its limit waits.
 *
 * Cancelling the wait cancels the stream.
 *
 * @param stream A stream of bytes; the reader's from now on.
 * @param options The limit of the reader.
 * @returns A coroutine of the reader.
 *
 * @example Reading lines of a Web stream
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const body = new Response("one\ntwo\n").body!;
 *   const reader = await asyncio.fromReadableStream(body);
 *   const lines: string[] = [];
 *   for await (const line of reader) {
 *     lines.push(new TextDecoder().decode(line));
 *   }
 *   assert.deepEqual(lines, ["one\n", "two\n"]);
 * });
 * ```
 */
export function fromReadableStream(
  stream: ReadableStream<Uint8Array>,
  options: OpenChannelOptions = {},
): Coroutine<StreamReader> {
  return operation("fromReadableStream", readSteps(stream, options));
}

/**
 * Makes a writer of a Web stream. Closing the writer closes the stream; if the
 * stream fails, so does the writer.
 *
 * Cancelling the wait closes the stream.
 *
 * @param stream A stream of bytes; the writer's from now on.
 * @returns A coroutine of the writer.
 *
 * @example Compressing what is written
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import assert from "node:assert/strict";
 *
 * await asyncio.run(async () => {
 *   const gzip = new CompressionStream("gzip");
 *   const writable = gzip.writable as WritableStream<Uint8Array>;
 *   const writer = await asyncio.fromWritableStream(writable);
 *   const plain = gzip.readable.pipeThrough(new DecompressionStream("gzip"));
 *   const text = new Response(plain).text();
 *   writer.write("hello");
 *   writer.close();
 *   assert.equal(await text, "hello");
 * });
 * ```
 */
export function fromWritableStream(
  stream: WritableStream<Uint8Array>,
): Coroutine<StreamWriter> {
  return operation("fromWritableStream", writeSteps(stream));
}

function* readSteps(
  stream: ReadableStream<Uint8Array>,
  { limit }: OpenChannelOptions,
): CoroutineGenerator<StreamReader> {
  const reader = new StreamReader(limit);
  yield* currentLoop().connectReadPipe(
    () => new StreamReaderProtocol(reader),
    stream,
  );
  return reader;
}

function* writeSteps(
  stream: WritableStream<Uint8Array>,
): CoroutineGenerator<StreamWriter> {
  const reader = new StreamReader();
  const [transport, protocol] = yield* currentLoop().connectWritePipe(
    () => new StreamReaderProtocol(reader),
    stream,
  );
  return new StreamWriter(transport, protocol, reader);
}
