import { assert, assertEquals, assertRejects } from "@std/assert";
import { run } from "../../loop/runners.ts";
import { sleep } from "../../loop/sleep.ts";
import { openChannel } from "../../streams/open.ts";
import { StreamReader } from "../../streams/stream_reader.ts";
import {
  fromReadableStream,
  fromWritableStream,
  toReadableStream,
  toWritableStream,
} from "../../streams/web_streams.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import { real } from "../transports/_real.ts";

const MUCH = 4 << 20;

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
}

async function pair() {
  const [near, far] = memoryChannelPair();
  return [await openChannel(near), await openChannel(far)] as const;
}

Deno.test("toReadableStream() and toWritableStream() carry bytes there and back", () =>
  real(async () => {
    const [[nearReader, nearWriter], [farReader, farWriter]] = await pair();
    const bytes = pattern(MUCH);
    const sending = new Blob([bytes]).stream()
      .pipeTo(toWritableStream(nearWriter));
    const received = new Response(toReadableStream(farReader)).bytes();
    assertEquals(await received, bytes);
    farWriter.close();
    await sending;
    assertEquals(nearReader.atEof(), true);
  }));

Deno.test("toReadableStream() reads into the memory of its consumer (BYOB)", () =>
  real(async () => {
    const [[, writer], [reader, other]] = await pair();
    const web = toReadableStream(reader).getReader({ mode: "byob" });
    writer.write("hello");
    writer.close();
    const memory = new ArrayBuffer(3);
    const first = await web.read(new Uint8Array(memory));
    assertEquals(new TextDecoder().decode(first.value), "hel");
    assertEquals(memory.byteLength, 0, "was taken over, not copied to");
    const second = await web.read(new Uint8Array(10));
    assertEquals(new TextDecoder().decode(second.value), "lo");
    const last = await web.read(new Uint8Array(10));
    assertEquals([last.done, last.value?.length], [true, 0]);
    other.close();
  }));

Deno.test("toReadableStream() holds the peer back while nobody reads", () =>
  real(async () => {
    const [[, writer], [reader, other]] = await pair();
    const web = toReadableStream(reader);
    writer.write(new Uint8Array(MUCH));
    for (let i = 0; i < 50; i++) await sleep(0);
    assert(writer.transport.getWriteBufferSize() > MUCH / 2);
    let length = 0;
    writer.close();
    for await (const chunk of web) length += chunk.length;
    assertEquals(length, MUCH);
    other.close();
  }));

Deno.test("toWritableStream() holds its producer back while the peer does not read", () =>
  real(async () => {
    const [[, writer], [reader, other]] = await pair();
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 65536;
        controller.enqueue(new Uint8Array(65536));
        if (pulled >= MUCH) controller.close();
      },
    });
    const sending = endless.pipeTo(toWritableStream(writer));
    for (let i = 0; i < 100; i++) await sleep(0);
    assert(pulled < MUCH / 4, `${pulled}`);
    assertEquals((await reader.read()).length, MUCH);
    other.close();
    await sending;
  }));

Deno.test("toReadableStream() passes errors on, and calls back when it is cancelled", () =>
  real(async () => {
    const reader = new StreamReader();
    reader.setException(new Error("broken"));
    await assertRejects(
      () => new Response(toReadableStream(reader)).text(),
      Error,
      "broken",
    );
    const reasons: unknown[] = [];
    const cancel = (reason: unknown) => reasons.push(reason);
    await toReadableStream(new StreamReader(), { cancel }).cancel("enough");
    assertEquals(reasons, ["enough"]);
  }));

Deno.test("toWritableStream() aborts its writer, and fails with it", () =>
  real(async () => {
    const [[, writer], [reader, other]] = await pair();
    await toWritableStream(writer).abort();
    await assertRejects(
      () => Promise.resolve(reader.read()),
      Deno.errors.ConnectionReset,
    );
    other.close();
    const web = toWritableStream(writer).getWriter();
    await sleep(0);
    await assertRejects(() => web.write("x"), Deno.errors.ConnectionReset);
    await assertRejects(() => web.closed);
  }));

Deno.test("fromReadableStream() and fromWritableStream() work on streams that transform", () =>
  real(async () => {
    const gzip = new CompressionStream("gzip");
    const writer = await fromWritableStream(
      gzip.writable as WritableStream<Uint8Array>,
    );
    const reader = await fromReadableStream(
      gzip.readable.pipeThrough(new DecompressionStream("gzip")),
    );
    const bytes = pattern(MUCH);
    writer.write(bytes);
    writer.close();
    assertEquals(await reader.readexactly(MUCH), bytes);
    assertEquals(await reader.read(), new Uint8Array());
    await writer.waitClosed();
  }));

Deno.test("fromReadableStream() lets its reader hold the stream back", () =>
  real(async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1000;
        controller.enqueue(new Uint8Array(1000));
        if (pulled === 1_000_000) controller.close();
      },
    });
    const reader = await fromReadableStream(endless, { limit: 10_000 });
    for (let i = 0; i < 200; i++) await sleep(0);
    assert(pulled <= 25_000, `${pulled}`);
    assertEquals((await reader.readexactly(1_000_000)).length, 1_000_000);
  }));

Deno.test("Web streams of streams work outside any task too", async () => {
  const stream = await run(async () => {
    const reader = new StreamReader();
    reader.feedData(new TextEncoder().encode("kept"));
    reader.feedEof();
    return await new Response(toReadableStream(reader)).text();
  });
  assertEquals(stream, "kept");
});
