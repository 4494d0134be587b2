import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CancelledError,
  RuntimeError,
  SendfileNotAvailableError,
} from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { connectChannel } from "../../transports/connect_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import { real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";

const GIBIBYTE = 1 << 30;

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
}

/** Opens a file with some bytes, or a sparse one of a length. */
async function withFile(
  content: Uint8Array | number,
  body: (file: Deno.FsFile) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "asyncio-" });
  using file = await Deno.open(path, { read: true, write: true });
  try {
    if (typeof content === "number") await file.truncate(content);
    else await Deno.writeFile(path, content);
    await body(file);
  } finally {
    await Deno.remove(path);
  }
}

async function pair() {
  const [one, two] = memoryChannelPair();
  const [, near] = await connectChannel(() => new Recorder(), one);
  const [, far] = await connectChannel(() => new Recorder(), two);
  return { near, far };
}

async function end(...recorders: readonly Recorder[]): Promise<void> {
  for (const { transport } of recorders) transport.abort();
  for (const recorder of recorders) await recorder.seen("lost");
}

Deno.test("sendfile() sends a file, or a part of it, and leaves the rest unread", () =>
  real(() => {
    const bytes = pattern(1_000_000);
    return withFile(bytes, async (file) => {
      const loop = currentLoop();
      const { near, far } = await pair();
      const cases: [number, number | null, number][] = [
        [0, null, 1_000_000],
        [999_000, null, 1000],
        [500, 300_000, 300_000],
        [2_000_000, null, 0],
        [0, 2_000_000, 1_000_000],
      ];
      for (const [offset, count, expected] of cases) {
        const { length } = far;
        const { transport } = near;
        const sent = await loop.sendfile(transport, file, offset, count);
        assertEquals(sent, expected);
        assertEquals(await file.seek(0, 1), offset + sent);
        await far.until(() => far.length === length + sent);
        const arrived = far.bytes.subarray(length);
        assertEquals(arrived, bytes.subarray(offset, offset + sent));
      }
      assertEquals(near.transport.getProtocol(), near);
      await end(near, far);
    });
  }));

Deno.test("sendfile() keeps the protocol out of it, and gives the transport back", () =>
  real(() =>
    withFile(pattern(1 << 20), async (file) => {
      const loop = currentLoop();
      const { near, far } = await pair();
      far.transport.pauseReading();
      near.transport.write("before ");
      const task = createTask(loop.sendfile(near.transport, file));
      await sleep(0.02);
      assert(!near.transport.isReading());
      far.transport.write("kept back");
      await sleep(0.01);
      assertEquals(near.events, ["made"]);
      far.transport.resumeReading();
      await task;
      near.transport.write(" after");
      await near.seen("data");
      assertEquals(near.text, "kept back");
      await far.until(() => far.length === (1 << 20) + 13);
      const { bytes } = far;
      assertEquals(bytes.subarray(7, 7 + (1 << 20)), pattern(1 << 20));
      await end(near, far);
    })
  ));

Deno.test("sendfile() waits for a protocol that is paused, and tells it to go on", () =>
  real(() =>
    withFile(pattern(10), async (file) => {
      const loop = currentLoop();
      const { near, far } = await pair();
      far.transport.pauseReading();
      near.transport.write(new Uint8Array(1 << 20));
      assertEquals(near.events, ["made", "pause"]);
      const task = createTask(loop.sendfile(near.transport, file));
      await sleep(0.01);
      assert(!task.done());
      far.transport.resumeReading();
      await task;
      assertEquals(near.events, ["made", "pause", "resume"]);
      await end(near, far);
    })
  ));

Deno.test("sendfile() leaves the file behind the last byte sent when it is cancelled", () =>
  real(() =>
    withFile(8 << 20, async (file) => {
      const loop = currentLoop();
      const { near, far } = await pair();
      far.transport.pauseReading();
      const task = createTask(loop.sendfile(near.transport, file, 1000));
      await sleep(0.05);
      task.cancel();
      await assertRejects(() => Promise.resolve(task), CancelledError);
      const sent = await file.seek(0, 1) - 1000;
      assert(sent > 0 && sent < 8 << 20, `${sent}`);
      assertEquals(near.transport.getProtocol(), near);
      far.transport.resumeReading();
      await far.until(() => far.length === sent);
      near.transport.write("goes on");
      await far.until(() => far.length === sent + 7);
      await end(near, far);
    })
  ));

Deno.test("sendfile() ends with the error of a connection that is lost", () =>
  real(() =>
    withFile(8 << 20, async (file) => {
      const loop = currentLoop();
      const { near, far } = await pair();
      far.transport.pauseReading();
      const task = createTask(loop.sendfile(near.transport, file));
      await sleep(0.02);
      far.transport.abort();
      await assertRejects(
        () => Promise.resolve(task),
        Deno.errors.ConnectionReset,
      );
      await end(near, far);
      await assertRejects(
        () => loop.sendfile(near.transport, file),
        RuntimeError,
        "closing",
      );
    })
  ));

Deno.test("sendfile() and sockSendfile() refuse what they cannot do", () =>
  real(() =>
    withFile(pattern(10), async (file) => {
      const loop = currentLoop();
      const { near, far } = await pair();
      const { transport } = near;
      const sock = {} as Deno.Conn;
      const none = { fallback: false };
      await assertRejects(
        () => loop.sendfile(transport, file, 0, null, none),
        SendfileNotAvailableError,
      );
      await assertRejects(
        () => loop.sockSendfile(sock, file, 0, null, none),
        SendfileNotAvailableError,
      );
      for (const [offset, count] of [[-1, 1], [0.5, 1], [0, 0], [0, -1]]) {
        await assertRejects(
          () => loop.sendfile(transport, file, offset, count),
          RangeError,
        );
      }
      await end(near, far);
      const closed = await Deno.open("/dev/null");
      closed.close();
      await assertRejects(
        () => loop.sockSendfile(sock, closed),
        Deno.errors.BadResource,
      );
    })
  ));

Deno.test("sockSendfile() sends a part of a file", () =>
  real(() =>
    withFile(pattern(100_000), async (file) => {
      const loop = currentLoop();
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const near = await loop.sockConnect(listener.addr);
      const [far] = await loop.sockAccept(listener);
      assertEquals(await loop.sockSendfile(near, file, 10, 50_000), 50_000);
      near.close();
      const arrived = await new Response(far.readable).bytes();
      assertEquals(arrived, pattern(100_000).slice(10, 50_010));
      assertEquals(await file.seek(0, 1), 50_010);
      listener.close();
    })
  ));

Deno.test("sendfile() sends a gibibyte to a slow reader in a few MiB of memory", () =>
  real(() =>
    withFile(GIBIBYTE, async (file) => {
      const loop = currentLoop();
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const [transport] = await loop.createConnection(
        () => ({}),
        "127.0.0.1",
        listener.addr.port,
      );
      using far = await listener.accept();
      listener.close();
      const before = Deno.memoryUsage().rss;
      let most = 0;
      const sending = createTask(loop.sendfile(transport, file));
      const buffer = new Uint8Array(1 << 20);
      let received = 0;
      for (let turn = 0; received < GIBIBYTE; turn++) {
        received += await far.read(buffer) ?? Infinity;
        if (turn % 200 === 0) await sleep(0.002);
        most = Math.max(most, transport.getWriteBufferSize());
      }
      assertEquals(received, GIBIBYTE);
      assertEquals(await sending, GIBIBYTE);
      const grown = (Deno.memoryUsage().rss - before) / (1 << 20);
      console.log(
        `    most in the buffer: ${most >> 10} KiB, process grew by ` +
          `${grown.toFixed(1)} MiB`,
      );
      assert(most <= 512 << 10, `${most}`);
      assert(grown < 32, `${grown} MiB`);
      transport.abort();
    })
  ));
