import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { CancelledError, TimeoutError } from "../../loop/errors.ts";
import type { CoroutineGenerator } from "../../loop/awaitables.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import {
  openConnection,
  startServer,
  type StartServerOptions,
} from "../../streams/open.ts";
import type { StreamReader } from "../../streams/stream_reader.ts";
import type { ClientConnectedCallback } from "../../streams/stream_reader_protocol.ts";
import type { StreamWriter } from "../../streams/stream_writer.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import { describeReport, real } from "../transports/_real.ts";
import { closedPort, listenFull } from "../transports/_tcp.ts";

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** Serves on the loopback address for the length of an `await using` block. */
async function serve(
  callback: ClientConnectedCallback,
  options: StartServerOptions = {},
): Promise<{ port: number } & AsyncDisposable> {
  const server = await startServer(callback, "127.0.0.1", 0, options);
  const { port } = server.sockets[0] as NetAddress;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeClients();
      await server.waitClosed();
    },
  };
}

async function ask(port: number, question: string): Promise<string> {
  const [reader, writer] = await openConnection("127.0.0.1", port);
  writer.write(question);
  writer.writeEof();
  const answer = text(await reader.read());
  writer.close();
  await writer.waitClosed();
  return answer;
}

const ECHOES: Record<string, ClientConnectedCallback> = {
  "an async function": async (reader, writer) => {
    for await (const line of reader) {
      writer.write(line);
      await writer.drain();
    }
    writer.close();
  },
  "a generator function": function* (
    reader: StreamReader,
    writer: StreamWriter,
  ): CoroutineGenerator<void> {
    for (;;) {
      const line = yield* reader.readline();
      if (line.length === 0) break;
      writer.write(line);
      yield* writer.drain();
    }
    writer.close();
  },
  "a plain function": (reader, writer) => {
    createTask(async () => {
      writer.write(await reader.read());
      writer.close();
    });
  },
};

for (const [kind, callback] of Object.entries(ECHOES)) {
  Deno.test(`startServer() serves with ${kind} (ST10)`, () =>
    real(async () => {
      await using server = await serve(callback);
      const lines = "one\ntwo\nthree";
      assertEquals(await ask(server.port, lines), lines);
    }));
}

Deno.test("startServer() runs every callback as a task of its own (ST10)", () =>
  real(async () => {
    const tasks = new Set<unknown>();
    await using server = await serve(async (reader, writer) => {
      const task = currentTask();
      tasks.add(task);
      await reader.read();
      assertStrictEquals(currentTask(), task);
      writer.close();
    });
    await Promise.all([1, 2, 3].map(() => ask(server.port, "x")));
    assertEquals(tasks.size, 3);
    assert(!tasks.has(null) && !tasks.has(currentTask()));
  }));

Deno.test("startServer() reports an error of the callback and closes the connection (ST10)", () =>
  real(async (reports) => {
    await using server = await serve(async (reader) => {
      await reader.readline();
      throw new Error("boom");
    });
    assertEquals(await ask(server.port, "x\n"), "");
    assert(reports[0]?.transport);
    assertEquals(reports.splice(0).map(describeReport), [
      "Unhandled exception in client_connected_cb: Error: boom",
    ]);
  }));

Deno.test("startServer() reports a plain callback that fails (ST10)", () =>
  real(async (reports) => {
    await using server = await serve(() => {
      throw new Error("boom");
    });
    assertEquals(await ask(server.port, ""), "");
    assertEquals(reports.splice(0).map(describeReport), [
      "Unhandled exception in client_connected_cb: Error: boom",
    ]);
  }));

Deno.test("startServer() closes the connection when the callback is cancelled (ST10)", () =>
  real(async () => {
    await using server = await serve(async () => {
      currentTask()!.cancel();
      await sleep(60);
    });
    assertEquals(await ask(server.port, ""), "");
  }));

Deno.test("startServer() leaves the connection open when the callback returns (ST10)", () =>
  real(async () => {
    let writer: StreamWriter | undefined;
    await using server = await serve((_reader, given) => {
      writer = given;
    });
    const [reader, own] = await openConnection("127.0.0.1", server.port);
    while (writer === undefined) await sleep(0.001);
    writer.write("later\n");
    assertEquals(text(await reader.readline()), "later\n");
    own.close();
  }));

Deno.test("openConnection() gives both halves and both addresses", () =>
  real(async () => {
    await using server = await serve((_reader, writer) => {
      const peer = writer.getExtraInfo("peername") as NetAddress;
      writer.write(`you are ${peer.hostname} ${peer.port}`);
      writer.close();
    });
    const [reader, writer] = await openConnection("127.0.0.1", server.port);
    const own = writer.getExtraInfo("sockname") as NetAddress;
    const told = text(await reader.read());
    assertEquals(told, `you are 127.0.0.1 ${own.port}`);
    writer.close();
    await writer.waitClosed();
  }));

Deno.test("openConnection() and startServer() set the limit of the reader", () =>
  real(async () => {
    const failures: unknown[] = [];
    await using server = await serve(async (reader, writer) => {
      await reader.readline().catch((error) => failures.push(error));
      writer.write("x".repeat(20));
      writer.close();
    }, { limit: 10 });
    const [reader, writer] = await openConnection(
      "127.0.0.1",
      server.port,
      { limit: 5 },
    );
    writer.write("y".repeat(20));
    await assertRejects(() => reader.readuntil("!"), Error, "within 5 bytes");
    assert(failures[0] instanceof RangeError);
    writer.close();
    await assertRejects(
      () => openConnection("127.0.0.1", server.port, { limit: 0 }),
      RangeError,
    );
    for (const limit of [0, -1, NaN]) {
      await assertRejects(
        () => startServer(() => {}, "127.0.0.1", 0, { limit }),
        RangeError,
        `Cannot start server: limit must be positive, received ${limit}`,
      );
    }
  }));

Deno.test("openConnection() passes on what Deno says", () =>
  real(async () => {
    await assertRejects(
      () => openConnection("127.0.0.1", closedPort()),
      Deno.errors.ConnectionRefused,
    );
  }));

Deno.test("openConnection() can be cancelled, timed out and given up", () =>
  real(async () => {
    using full = await listenFull();
    const task = createTask(() => openConnection("127.0.0.1", full.port));
    await sleep(0.01);
    task.cancel();
    await assertRejects(() => task, CancelledError);
    await assertRejects(
      () => timeout(0.01, () => openConnection("127.0.0.1", full.port)),
      TimeoutError,
    );
    const signal = AbortSignal.abort(new Error("given up"));
    await assertRejects(
      () => openConnection("127.0.0.1", full.port, { signal }),
      Error,
      "given up",
    );
  }));

Deno.test("streams read the error of a peer that resets the connection (ST6)", () =>
  real(async () => {
    const errors: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    await using server = await serve(async (reader, writer) => {
      writer.write("x");
      await reader.read().catch((error) => errors.push(error));
      await writer.drain().catch((error) => errors.push(error));
      await writer.waitClosed().catch((error) => errors.push(error));
      resolve();
    });
    const { connect } = await import("node:net");
    const socket = connect(server.port, "127.0.0.1");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.resetAndDestroy();
    await promise;
    assertEquals(errors.length, 3);
    assert(errors[0] instanceof Deno.errors.ConnectionReset);
    assertStrictEquals(errors[1], errors[0]);
    assertStrictEquals(errors[2], errors[0]);
  }));

Deno.test("streams carry 64 MiB in little memory, and back-pressure holds", () =>
  real(async () => {
    const size = 64 << 20;
    const piece = Uint8Array.from({ length: 100_003 }, (_, i) => i % 251);
    let most = 0;
    await using server = await serve(async (_reader, writer) => {
      for (let sent = 0; sent < size; sent += piece.length) {
        writer.write(piece.subarray(0, Math.min(piece.length, size - sent)));
        most = Math.max(most, writer.transport.getWriteBufferSize());
        await writer.drain();
      }
      writer.close();
    });
    const [reader, writer] = await openConnection("127.0.0.1", server.port);
    let received = 0;
    let wrong = 0;
    for (;;) {
      const data = await reader.read(1 << 20);
      if (data.length === 0) break;
      for (let i = 0; i < data.length; i += 997) {
        if (data[i] !== (received + i) % piece.length % 251) wrong++;
      }
      received += data.length;
    }
    assertEquals([received, wrong], [size, 0]);
    assert(most <= 65_536 + piece.length, `${most}`);
    writer.close();
  }));

Deno.test("streams read 64 MiB line by line", () =>
  real(async () => {
    const line = new Uint8Array(1024).fill(120);
    line[1023] = 10;
    const count = 65_536;
    await using server = await serve(async (_reader, writer) => {
      const block = new Uint8Array(64 * 1024);
      for (let i = 0; i < 64; i++) block.set(line, i * 1024);
      for (let i = 0; i < count; i += 64) {
        writer.write(block);
        await writer.drain();
      }
      writer.close();
    });
    const [reader, writer] = await openConnection("127.0.0.1", server.port);
    let lines = 0;
    for await (const each of reader) {
      if (each.length === 1024) lines++;
    }
    assertEquals(lines, count);
    writer.close();
  }));

Deno.test("streams of a slow reader stop the writer", () =>
  real(async () => {
    let written = 0;
    await using server = await serve(async (_reader, writer) => {
      while (!writer.isClosing()) {
        writer.write(new Uint8Array(65_536));
        await writer.drain().catch(() => {});
        written += 65_536;
      }
    });
    const [reader, writer] = await openConnection("127.0.0.1", server.port);
    let before = -1;
    while (written !== before) {
      before = written;
      await sleep(0.05);
    }
    assert(written < 32 << 20, `${written} bytes are buffered`);
    assertEquals((await reader.readexactly(1000)).length, 1000);
    writer.transport.abort();
  }));

Deno.test("streams work outside any run()", async () => {
  const server = await startServer(
    ECHOES["an async function"]!,
    "127.0.0.1",
    0,
  );
  const { port } = server.sockets[0] as NetAddress;
  assertEquals(await ask(port, "hello"), "hello");
  server.close();
  await server.waitClosed();
});
