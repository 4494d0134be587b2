import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  CancelledError,
  RuntimeError,
  TimeoutError,
} from "../../loop/errors.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { openChannel } from "../../streams/open.ts";
import type { StreamReader } from "../../streams/stream_reader.ts";
import type { StreamWriter } from "../../streams/stream_writer.ts";
import type { ByteChannel } from "../../transports/byte_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import { iterations, testInBothStyles, virtual } from "../_support.ts";

const CAPACITY = 1000;

/** A stream to a peer that does not read unless told to. */
async function openClogged(): Promise<{
  reader: StreamReader;
  writer: StreamWriter;
  peer: ByteChannel;
}> {
  const [near, peer] = memoryChannelPair({ capacity: CAPACITY });
  const [reader, writer] = await openChannel(near);
  return { reader, writer, peer };
}

/** Reads everything that waits, and what comes while that is read. */
async function unclog(peer: ByteChannel, count: number): Promise<void> {
  const buffer = new Uint8Array(4096);
  while (count > 0) count -= await peer.read(buffer) ?? count;
}

testInBothStyles(
  "StreamWriter.drain() does not suspend under the high-water mark (ST8)",
  async (style) => {
    const { writer } = await openClogged();
    writer.write(new Uint8Array(65536));
    const order: string[] = [];
    const task = createTask(style.body(() => writer.drain(), () => {
      order.push("drained");
    }));
    await sleep(0);
    await sleep(0);
    assertEquals(order, ["drained"]);
    await task;
    writer.transport.abort();
  },
);

testInBothStyles(
  "StreamWriter.drain() waits for the low-water mark (ST8)",
  async (style) => {
    const { writer, peer } = await openClogged();
    writer.write(new Uint8Array(100_000));
    const tasks = [1, 2, 3].map(() =>
      createTask(style.body(() => writer.drain()))
    );
    await sleep(1);
    assert(tasks.every((task) => !task.done()));
    await unclog(peer, 80_000);
    await iterations(5);
    assert(tasks.every((task) => !task.done()), "20000 bytes wait");
    await unclog(peer, 10_000);
    for (const task of tasks) await task;
    assert(writer.transport.getWriteBufferSize() <= 16_384);
    writer.transport.abort();
  },
);

testInBothStyles(
  "StreamWriter.drain() cancelled or timed out loses nothing",
  async (style) => {
    const { writer, peer } = await openClogged();
    writer.write(new Uint8Array(100_000));
    const cancelled = createTask(style.body(() => writer.drain()));
    await sleep(1);
    cancelled.cancel();
    await assertRejects(() => cancelled, CancelledError);
    await assertRejects(
      () => timeout(1, style.body(() => writer.drain())),
      TimeoutError,
    );
    const woken = createTask(style.body(() => writer.drain()));
    await sleep(1);
    await unclog(peer, 99_000);
    woken.cancel();
    await assertRejects(() => woken, CancelledError);
    await writer.drain();
    await unclog(peer, 1000);
    assertEquals(writer.transport.getWriteBufferSize(), 0);
    writer.transport.abort();
  },
);

testInBothStyles(
  "StreamWriter.drain() fails when the connection is lost (ST8)",
  async (style) => {
    const { writer, peer } = await openClogged();
    writer.write(new Uint8Array(100_000));
    const waiting = createTask(style.body(() => writer.drain()));
    await sleep(1);
    peer.reset();
    await assertRejects(() => waiting, Deno.errors.ConnectionReset);
    const after = createTask(style.body(() => writer.drain()));
    await assertRejects(() => after, Deno.errors.ConnectionReset);
  },
);

Deno.test("StreamWriter.drain() after close() says that the connection is lost (ST8)", () =>
  virtual(async () => {
    const { writer } = await openClogged();
    writer.close();
    await assertRejects(
      () => writer.drain(),
      Deno.errors.ConnectionReset,
      "Connection lost",
    );
  }));

Deno.test("StreamWriter.drain() wakes without an error when the stream is aborted", () =>
  virtual(async () => {
    const { writer } = await openClogged();
    writer.write(new Uint8Array(100_000));
    const waiting = createTask(() => writer.drain());
    await sleep(1);
    writer.transport.abort();
    await waiting;
  }));

testInBothStyles(
  "StreamWriter.waitClosed() waits for what was written (ST9)",
  async (style) => {
    const { writer, peer } = await openClogged();
    writer.write(new Uint8Array(5000));
    const closed = createTask(style.body(() => writer.waitClosed()));
    await sleep(1);
    writer.close();
    assert(writer.isClosing());
    await sleep(1);
    assert(!closed.done());
    await unclog(peer, 5000);
    await closed;
    await writer.waitClosed();
  },
);

Deno.test("StreamWriter.waitClosed() throws what ended the connection (ST9)", () =>
  virtual(async () => {
    const { reader, writer, peer } = await openClogged();
    const closed = createTask(() => writer.waitClosed());
    await sleep(1);
    peer.reset();
    const error = await assertRejects(
      () => closed,
      Deno.errors.ConnectionReset,
    );
    assertStrictEquals(reader.exception(), error);
    await assertRejects(() => writer.waitClosed(), Deno.errors.ConnectionReset);
    assertEquals(closed.cancelled(), false);
  }));

Deno.test("StreamWriter whose end nobody waits for is no unretrieved error", () =>
  virtual(async () => {
    const { peer } = await openClogged();
    peer.reset();
    await sleep(1);
  }));

Deno.test("StreamWriter.waitClosed() can be cancelled", () =>
  virtual(async () => {
    const { writer } = await openClogged();
    const closed = createTask(() => writer.waitClosed());
    await sleep(1);
    closed.cancel();
    await assertRejects(() => closed, CancelledError);
    writer.close();
    await writer.waitClosed();
  }));

Deno.test("StreamWriter closes with its block, whatever has become of the connection", () =>
  virtual(async () => {
    const [near, far] = memoryChannelPair();
    const [reader] = await openChannel(far);
    {
      await using writer = (await openChannel(near))[1];
      writer.writelines(["one ", "two"]);
    }
    assertEquals(new TextDecoder().decode(await reader.read()), "one two");
    const { writer, peer } = await openClogged();
    {
      await using stream = writer;
      stream.write(new Uint8Array(5000));
      peer.reset();
    }
    assert(writer.isClosing());
  }));

Deno.test("StreamWriter ends its half of the stream (ST11)", () =>
  virtual(async () => {
    const [near, far] = memoryChannelPair();
    const [reader, writer] = await openChannel(near);
    const [otherReader, otherWriter] = await openChannel(far);
    assert(writer.canWriteEof());
    writer.write("question");
    writer.writeEof();
    assert(!writer.isClosing());
    await assertRejects(
      // deno-lint-ignore require-await
      async () => writer.write("more"),
      RuntimeError,
    );
    assertEquals((await otherReader.read()).length, 8);
    await sleep(1);
    otherWriter.write("answer");
    otherWriter.close();
    assertEquals(new TextDecoder().decode(await reader.read()), "answer");
    writer.close();
    await writer.waitClosed();
  }));

Deno.test("StreamWriter shows its transport", () =>
  virtual(async () => {
    const { writer } = await openClogged();
    assertEquals(writer.getExtraInfo("peername"), null);
    assertEquals(writer.getExtraInfo("color", "none"), "none");
    assertEquals(
      `${writer}`,
      "<StreamWriter transport=<StreamTransport open write_bufsize=0>>",
    );
    writer.transport.abort();
    await sleep(1);
    assert(`${writer}`.includes("closed"));
  }));
