/**
 * What streams over every kind of connection must do: a wait that is cancelled,
 * wherever it stands, loses no byte and breaks nothing.
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Coroutine } from "../loop/coroutines.ts";
import { CancelledError } from "../loop/errors.ts";
import { sleep } from "../loop/sleep.ts";
import { createTask, currentTask } from "../loop/tasks.ts";
import { StreamReader } from "../streams/stream_reader.ts";
import { StreamReaderProtocol } from "../streams/stream_reader_protocol.ts";
import { StreamWriter } from "../streams/stream_writer.ts";
import type { Transport } from "../transports/transports.ts";
import type { ContractSubject } from "./_stream_contract.ts";
import { iterations, type Style, STYLES } from "./_support.ts";
import { real } from "./transports/_real.ts";

/** How much goes one way: many times what waits before writers pause. */
const TOTAL = 1 << 20;

/** The most that waits to be written before `drain()` waits, in bytes. */
const HIGH_WATER = 16 << 10;

/** A protocol that tells its transport, so that a writer can be made of it. */
class StreamEnd extends StreamReaderProtocol {
  readonly reader: StreamReader;
  #transport: Transport | null = null;
  #upgraded = false;

  constructor(reader = new StreamReader()) {
    super(reader);
    this.reader = reader;
  }

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
    if (!this.#upgraded) super.connectionMade(transport);
  }

  override replaceTransport(transport: Transport): void {
    this.#upgraded = true;
    super.replaceTransport(transport);
  }

  writer(): StreamWriter {
    const transport = this.#transport!;
    transport.setWriteBufferLimits(HIGH_WATER);
    return new StreamWriter(transport, this, this.reader);
  }
}

/** Lines of all lengths up to a few KiB. */
function makeLines(): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let length = 0, i = 0; length < TOTAL; i++) {
    const line = new Uint8Array((i * 7919) % 5000 + 1).fill(97 + i % 26);
    line[line.length - 1] = 10;
    lines.push(line);
    length += line.length;
  }
  return lines;
}

/** Starts waits and cancels each a little later; counts those that felt it. */
class Canceller {
  cancelled = 0;
  readonly #style: Style;
  #turn = 0;

  constructor(style: Style) {
    this.#style = style;
  }

  /** Returns what the wait gave to the task, `null` if it gave nothing. */
  async attempt<T>(wait: () => Coroutine<T>): Promise<T | null> {
    let given: T | null = null;
    const task = createTask(this.#style.body(wait, (value) => given = value));
    await iterations(this.#turn++ % 5);
    task.cancel();
    try {
      await task;
    } catch (error) {
      // Somebody else may have cancelled all of this: it has taken too long.
      const isOurs = currentTask()?.cancelling() === 0;
      if (!isOurs || !(error instanceof CancelledError)) throw error;
      this.cancelled++;
    }
    return given;
  }
}

async function send(
  writer: StreamWriter,
  lines: Uint8Array[],
  canceller: Canceller,
): Promise<void> {
  for (const line of lines) {
    writer.write(line);
    for (let tries = 0; tries < 4; tries++) {
      await canceller.attempt(() => writer.drain());
    }
    await writer.drain();
  }
}

async function receive(
  reader: StreamReader,
  canceller: Canceller,
): Promise<Uint8Array> {
  const received = new Uint8Array(TOTAL * 2);
  let length = 0;
  const methods = [
    () => reader.read(1000),
    () => reader.readline(),
    () => reader.readuntil("\n"),
    () => reader.readexactly(1),
  ];
  for (let i = 0; length < TOTAL; i++) {
    const bytes = await canceller.attempt(methods[i % 4]!);
    if (bytes === null) continue;
    received.set(bytes, length);
    length += bytes.length;
    // Every now and then the sender gets far ahead, and has to wait.
    if (i % 2000 === 0) await sleep(0.005);
  }
  return received.subarray(0, length);
}

/** Defines the tests for a kind of connection, in both styles. */
export function testStreamCancellation(subject: ContractSubject): void {
  for (const style of STYLES) {
    Deno.test(`${subject.name} stream loses nothing to cancelled reads and drains (${style.name})`, () =>
      real(async () => {
        const [near, far] = [new StreamEnd(), new StreamEnd()];
        await subject.connect(near, far);
        const [writer, peer] = [near.writer(), far.writer()];
        const lines = makeLines();
        const [writing, reading] = [new Canceller(style), new Canceller(style)];
        const sending = createTask(() => send(writer, lines, writing));
        const received = await receive(far.reader, reading);
        await sending;
        const expected = new Uint8Array(
          await new Blob(lines as BlobPart[])
            .arrayBuffer(),
        ).subarray(0, received.length);
        assertEquals(Buffer.compare(received, expected), 0);
        assert(reading.cancelled > 10, `${reading.cancelled} reads`);
        assert(writing.cancelled > 10, `${writing.cancelled} drains`);

        const closing = new Canceller(style);
        writer.close();
        await closing.attempt(() => writer.waitClosed());
        assertEquals(closing.cancelled, 1);
        const rest = await far.reader.read();
        assertEquals(
          received.length + rest.length,
          lines.reduce((sum, { length }) => sum + length, 0),
        );
        peer.close();
        await writer.waitClosed();
        await peer.waitClosed();
        await subject.settle?.();
      }));
  }
}
