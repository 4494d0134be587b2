import { assert, assertEquals, assertRejects } from "@std/assert";
import { currentLoop } from "../../loop/running.ts";
import { StreamReader } from "../../streams/stream_reader.ts";
import { StreamReaderProtocol } from "../../streams/stream_reader_protocol.ts";
import { StreamWriter } from "../../streams/stream_writer.ts";
import { connectChannel } from "../../transports/connect_channel.ts";
import { PipeChannel } from "../../transports/pipe_channel.ts";
import { openFifos } from "./_fifo.ts";
import { describeReport, real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";

const encoder = new TextEncoder();

async function readPipe(pipe: Deno.FsFile | ReadableStream<Uint8Array>) {
  const [transport, recorder] = await currentLoop().connectReadPipe(
    () => new Recorder(),
    pipe,
  );
  return { transport, recorder };
}

async function writePipe(pipe: Deno.FsFile | WritableStream<Uint8Array>) {
  const [transport, recorder] = await currentLoop().connectWritePipe(
    () => new Recorder(),
    pipe,
  );
  return { transport, recorder };
}

async function withFile(body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "asyncio-" });
  try {
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("connectReadPipe() and connectWritePipe() pass bytes through a FIFO (P19)", () =>
  real(async () => {
    const [input, output] = await openFifos();
    const { recorder: near } = await readPipe(input);
    const { transport, recorder: far } = await writePipe(output);
    assertEquals(near.transport.getExtraInfo("pipe"), input);
    transport.write("through the pipe");
    transport.close();
    await far.seen("lost");
    await near.seen("lost");
    assertEquals(near.text, "through the pipe");
    assertEquals(near.events, ["made", "data", "eof", "lost"]);
    assertEquals([near.error, far.error], [null, null]);
  }));

Deno.test("connectReadPipe() ends the transport at the end, whatever the protocol says (P19)", () =>
  real(async () => {
    const [input, output] = await openFifos();
    const loop = currentLoop();
    const recorder = new Recorder();
    recorder.keepOpen = true;
    await loop.connectReadPipe(() => recorder, input);
    output.close();
    await recorder.seen("lost");
    assertEquals(recorder.events, ["made", "eof", "lost"]);
  }));

Deno.test("connectWritePipe() closes the pipe on writeEof() (P19)", () =>
  real(async () => {
    const [input, output] = await openFifos();
    const { recorder: near } = await readPipe(input);
    const { transport, recorder: far } = await writePipe(output);
    assert(transport.canWriteEof());
    transport.write("x".repeat(200_000));
    transport.writeEof();
    await far.seen("lost");
    await near.seen("lost");
    assertEquals(near.length, 200_000);
    assertEquals(far.error, null);
  }));

Deno.test("connectWritePipe() ends with BrokenPipe when nobody reads any more (P19)", () =>
  real(async () => {
    const [input, output] = await openFifos();
    const { transport, recorder } = await writePipe(output);
    input.close();
    transport.write("into the void");
    await recorder.seen("lost");
    assert(recorder.error instanceof Deno.errors.BrokenPipe);
  }));

Deno.test("connectReadPipe() can be closed while it reads", () =>
  real(async () => {
    const [input, output] = await openFifos();
    const { transport, recorder } = await readPipe(input);
    transport.close();
    await recorder.seen("lost");
    assertEquals(recorder.events, ["made", "lost"]);
    output.close();
  }));

Deno.test("connectReadPipe() reads a file, connectWritePipe() writes one", () =>
  withFile((path) =>
    real(async () => {
      const text = "a line\n".repeat(50_000);
      const { transport, recorder: far } = await writePipe(
        await Deno.open(path, { write: true }),
      );
      transport.write(text);
      transport.close();
      await far.seen("lost");
      assertEquals(await Deno.readTextFile(path), text);
      const { recorder: near } = await readPipe(await Deno.open(path));
      await near.seen("lost");
      assertEquals(near.text, text);
    })
  ));

Deno.test("connectReadPipe() reads a Web stream, and holds it back", () =>
  real(async () => {
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(encoder.encode(`${pulled++} `));
        if (pulled === 50) controller.close();
      },
    });
    const { recorder } = await readPipe(stream);
    recorder.transport.pauseReading();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const before = pulled;
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(pulled, before);
    recorder.transport.resumeReading();
    await recorder.seen("lost");
    const numbers = Array.from({ length: 50 }, (_, i) => `${i} `);
    assertEquals(recorder.text, numbers.join(""));
  }));

Deno.test("connectReadPipe() ends with the error of a Web stream, and refuses what is no bytes", () =>
  real(async (reports) => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("broken stream")),
    });
    const { recorder } = await readPipe(broken);
    await recorder.seen("lost");
    assertEquals(recorder.error?.message, "broken stream");
    const texts = new ReadableStream({
      pull: (controller) => controller.enqueue("text"),
    });
    const { recorder: other } = await readPipe(texts);
    await other.seen("lost");
    assert(other.error instanceof TypeError);
    assertEquals(reports.splice(0).map(describeReport), [
      "Fatal read error on socket transport: Error: broken stream",
      "Fatal read error on socket transport: TypeError: Cannot read stream: " +
      "expected chunks of bytes, received string",
    ]);
  }));

Deno.test("connectReadPipe() cancels a Web stream when it is closed", () =>
  real(async () => {
    const cancelled = Promise.withResolvers<unknown>();
    const { transport, recorder } = await readPipe(
      new ReadableStream({ cancel: cancelled.resolve }),
    );
    transport.close();
    await recorder.seen("lost");
    assert(await cancelled.promise instanceof Deno.errors.BrokenPipe);
  }));

Deno.test("connectWritePipe() tells at once when a Web stream breaks", () =>
  real(async (reports) => {
    let fail = (_error: Error) => {};
    const { recorder } = await writePipe(
      new WritableStream({
        start: (controller) => {
          fail = (error) => controller.error(error);
        },
      }),
    );
    fail(new Deno.errors.BrokenPipe("nobody listens"));
    await recorder.seen("lost");
    assertEquals(recorder.error?.message, "nobody listens");
    assertEquals(reports, []);
  }));

Deno.test("connectReadPipe() and connectWritePipe() want pipes", () =>
  real(async () => {
    const loop = currentLoop();
    for (const wrong of [null, undefined, 0, "path", {}, { read() {} }]) {
      const pipe = wrong as unknown as Deno.FsFile;
      await assertRejects(
        () => loop.connectReadPipe(() => ({}), pipe),
        TypeError,
        "Cannot connect read pipe",
      );
      await assertRejects(
        () => loop.connectWritePipe(() => ({}), pipe),
        TypeError,
        "Cannot connect write pipe",
      );
    }
  }));

Deno.test("PipeChannel of one direction refuses the other", () =>
  real(async (reports) => {
    const [input, output] = await openFifos();
    const [transport] = await connectChannel(
      () => ({}),
      new PipeChannel(input, null),
    );
    assertEquals(transport.canWriteEof(), false);
    transport.write("x");
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(reports.splice(0).map(describeReport), [
      "Fatal write error on socket transport: NotImplementedError: " +
      "Cannot write: this pipe is for reading",
    ]);
    output.close();
  }));

Deno.test("pipes serve streams, as in asyncio", () =>
  real(async () => {
    const loop = currentLoop();
    const [input, output] = await openFifos();
    const reader = new StreamReader();
    await loop.connectReadPipe(() => new StreamReaderProtocol(reader), input);
    const other = new StreamReader();
    const [transport, protocol] = await loop.connectWritePipe(
      () => new StreamReaderProtocol(other),
      output,
    );
    const writer = new StreamWriter(transport, protocol, other);
    writer.write("one\ntwo\n");
    await writer.drain();
    writer.close();
    await writer.waitClosed();
    const lines: string[] = [];
    for await (const line of reader) lines.push(new TextDecoder().decode(line));
    assertEquals(lines, ["one\n", "two\n"]);
  }));
