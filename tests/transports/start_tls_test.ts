import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import { connectChannel } from "../../transports/connect_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import type { Server } from "../../transports/server.ts";
import type { Transport } from "../../transports/transports.ts";
import { STYLES } from "../_support.ts";
import { real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";
import { byDeno, server, stranger, trusting } from "./_tls.ts";
import { withSocketPath } from "./_unix.ts";

/** Both ends of a connection, and what they are told. */
interface Pair {
  readonly near: Recorder;
  readonly far: Recorder;
}

async function connectMemory(capacity?: number): Promise<Pair> {
  const [one, other] = memoryChannelPair(
    capacity === undefined ? {} : { capacity },
  );
  const [, near] = await connectChannel(() => new Recorder(), one);
  const [, far] = await connectChannel(() => new Recorder(), other);
  return { near, far };
}

async function connectTcp(): Promise<Pair & { server: Server }> {
  const far = new Recorder();
  const server = await currentLoop().createServer(() => far, "127.0.0.1", 0);
  const { port } = server.sockets[0] as NetAddress;
  const [, near] = await currentLoop().createConnection(
    () => new Recorder(),
    "127.0.0.1",
    port,
  );
  await far.seen("made");
  return { near, far, server };
}

async function connectUnix(): Promise<Pair> {
  const far = new Recorder();
  const near = new Recorder();
  await withSocketPath(async (path) => {
    const listening = await currentLoop().createUnixServer(() => far, path);
    await currentLoop().createUnixConnection(() => near, path);
    await far.seen("made");
    listening.close();
  });
  return { near, far };
}

/** Goes on with TLS on both ends; the far one is the server. */
async function upgrade({ near, far }: Pair): Promise<[Transport, Transport]> {
  const loop = currentLoop();
  return await Promise.all([
    loop.startTls(near.transport, near, trusting),
    loop.startTls(far.transport, far, server, { serverSide: true }),
  ]);
}

const kinds = {
  "TCP": connectTcp,
  "a Unix socket": connectUnix,
  "a pair in memory": connectMemory,
};
for (const [kind, connect] of Object.entries(kinds)) {
  Deno.test(`startTls() goes on with TLS on ${kind} (S6)`, () =>
    real(async () => {
      const pair = await connect();
      const { near, far } = pair;
      near.transport.write("in the clear");
      await far.until(() => far.length === 12);
      const [here, there] = await upgrade(pair);
      assertNotStrictEquals(here, near.transport);
      assertStrictEquals(here.getProtocol(), near);
      assertStrictEquals(there.getProtocol(), far);
      assertEquals(here.getExtraInfo("sslcontext"), trusting);
      here.write(", encrypted");
      there.write("answered");
      await far.until(() => far.text === "in the clear, encrypted");
      await near.until(() => near.text === "answered");
      here.close();
      await near.seen("lost");
      await far.seen("lost");
      assertEquals(near.events, ["made", "data", "lost"]);
      assertEquals(far.events, ["made", "data", "eof", "lost"]);
      assertEquals([near.error, far.error], [null, null]);
      if ("server" in pair) (pair.server as Server).close();
    }));
}

Deno.test("startTls() leaves an old transport that can do nothing (S6)", () =>
  real(async () => {
    const pair = await connectMemory();
    const { near, far } = pair;
    const old = near.transport;
    const [here, there] = await upgrade(pair);
    assert(old.isClosing());
    assertEquals(old.isReading(), false);
    const message = "Cannot write: startTls() has replaced the transport";
    assertThrows(() => old.write("leak"), RuntimeError, message);
    assertThrows(() => old.writelines(["leak"]), RuntimeError, message);
    old.writeEof();
    old.pauseReading();
    old.resumeReading();
    old.close();
    old.abort();
    {
      await using _gone = old;
    }
    await assertRejects(
      () => currentLoop().startTls(old, near, trusting),
      RuntimeError,
      "Cannot start TLS: transport is closing",
    );
    here.write("it lives");
    await far.until(() => far.length === 8);
    assertEquals(near.events, ["made"]);
    there.close();
    await near.seen("lost");
    assertEquals(near.events, ["made", "eof", "lost"]);
  }));

Deno.test("startTls() sends what was written before in the clear", () =>
  real(async () => {
    const pair = await connectMemory(1000);
    const { near, far } = pair;
    far.transport.pauseReading();
    near.transport.write(new Uint8Array(100_000).fill(46));
    assert(near.transport.getWriteBufferSize() > 0);
    const upgrading = createTask(() =>
      currentLoop().startTls(near.transport, near, trusting)
    );
    await sleep(0.01);
    far.transport.resumeReading();
    await far.until(() => far.length > 100_000);
    const clear = far.text.slice(0, 100_000);
    assertEquals(clear, ".".repeat(100_000));
    const unread = far.bytes.subarray(100_000);
    far.chunks.length = 0;
    Object.assign(far, { takeUnread: () => unread });
    const there = await currentLoop().startTls(far.transport, far, server, {
      serverSide: true,
    });
    const here = await upgrading;
    here.write("!");
    await far.until(() => far.text === "!");
    there.abort();
    await near.seen("lost");
  }));

Deno.test("startTls() goes on with the water marks of TLS (S5)", () =>
  real(async () => {
    const pair = await connectMemory();
    const [here] = await upgrade(pair);
    assertEquals(here.getWriteBufferLimits(), [128 << 10, 512 << 10]);
    here.close();
    await pair.near.seen("lost");
  }));

for (const paused of [false, true]) {
  Deno.test(`startTls() takes what arrives on its way, reading ${paused ? "paused" : "or not"} (S6)`, () =>
    real(async () => {
      const { near, far } = await connectMemory();
      if (paused) far.transport.pauseReading();
      // The client does not wait: its first message is there before the server
      // has called startTls().
      const connecting = createTask(() =>
        currentLoop().startTls(near.transport, near, trusting)
      );
      if (!paused) far.on = () => far.transport.pauseReading();
      await sleep(0.05);
      if (!paused) {
        // It has been delivered, so the protocol must give it back.
        await far.seen("data");
        const bytes = far.bytes;
        far.chunks.length = 0;
        Object.assign(far, { takeUnread: () => bytes });
      }
      assertEquals(far.length, 0);
      const there = await currentLoop().startTls(far.transport, far, server, {
        serverSide: true,
      });
      far.on = () => {};
      const here = await connecting;
      assert(there.isReading());
      here.write("hello");
      await far.until(() => far.text === "hello");
      here.close();
      await far.seen("lost");
    }));
}

Deno.test("startTls() refuses what it cannot use, and leaves it alone", () =>
  real(async () => {
    const { near, far } = await connectMemory();
    const { transport } = near;
    const loop = currentLoop();
    const start = (ssl: unknown, options = {}) =>
      loop.startTls(transport, near, ssl as typeof server, options);
    await assertRejects(
      () => loop.startTls({} as Transport, near, trusting),
      TypeError,
      "Cannot start TLS: transport [object Object] is of an unknown kind",
    );
    for (const wrong of [null, undefined, false]) {
      await assertRejects(
        () => start(wrong),
        TypeError,
        `sslcontext must be an object of options, received ${wrong}`,
      );
    }
    await assertRejects(
      () => start(true, { serverSide: true }),
      TypeError,
      "ssl of a server must have cert and key, received true",
    );
    await assertRejects(
      () => start(true),
      RangeError,
      "Cannot start TLS: serverHostname is needed",
    );
    await assertRejects(
      () => start(trusting, { sslHandshakeTimeout: 0 }),
      RangeError,
      "sslHandshakeTimeout must be a positive number, received 0",
    );
    await assertRejects(
      () => start({ ...trusting, ...byDeno }),
      RangeError,
      'backend "deno" cannot take over a connection in use',
    );
    transport.write("still here");
    await far.until(() => far.text === "still here");
    transport.close();
    await near.seen("lost");
    await assertRejects(
      () => start(trusting),
      RuntimeError,
      "Cannot start TLS: transport is closing",
    );
  }));

Deno.test("startTls() closes the connection when the handshake fails (S6)", () =>
  real(async () => {
    const { near, far } = await connectMemory();
    const serving = createTask(() =>
      currentLoop().startTls(far.transport, far, server, { serverSide: true })
    );
    const error = await assertRejects(
      () =>
        currentLoop().startTls(near.transport, near, {
          ...trusting,
          caCerts: [stranger],
        }),
      Deno.errors.InvalidData,
      "invalid peer certificate: UnknownIssuer",
    );
    await assertRejects(() => serving, Deno.errors.ConnectionReset);
    await near.seen("lost");
    await far.seen("lost");
    assertStrictEquals(near.error, error, "the protocol is told, once");
    assertEquals(near.events, ["made", "lost"]);
    assertEquals(far.events, ["made", "lost"]);
  }));

Deno.test("startTls() closes the connection when its certificate is no good", () =>
  real(async () => {
    const { near, far } = await connectMemory();
    const broken = server.cert.replace(/\n[^\n]{20}/, "\n");
    await assertRejects(
      () =>
        currentLoop().startTls(
          far.transport,
          far,
          { ...server, cert: broken },
          { serverSide: true },
        ),
      Deno.errors.InvalidData,
      "Cannot use cert",
    );
    await far.seen("lost");
    await near.seen("lost");
  }));

Deno.test("startTls() gives up after its timeout (S2)", () =>
  real(async () => {
    const { near, far } = await connectMemory();
    await assertRejects(
      () =>
        currentLoop().startTls(near.transport, near, trusting, {
          sslHandshakeTimeout: 0.05,
        }),
      Deno.errors.ConnectionAborted,
      "SSL handshake is taking longer than 0.05 seconds",
    );
    await near.seen("lost");
    assert(near.error instanceof Deno.errors.ConnectionAborted);
    await far.seen("lost");
  }));

Deno.test("startTls() gives up when the peer ends instead (S4)", () =>
  real(async () => {
    const { near, far } = await connectMemory();
    far.transport.close();
    await assertRejects(
      () => currentLoop().startTls(near.transport, near, trusting),
      Deno.errors.ConnectionReset,
    );
    await near.seen("lost");
  }));

for (const style of STYLES) {
  for (const when of ["while it prepares", "in the handshake"]) {
    Deno.test(`startTls() closes the connection when cancelled ${when} (${style.name})`, () =>
      real(async () => {
        const { near, far } = await connectMemory();
        const body = style.body(() =>
          currentLoop().startTls(near.transport, near, trusting)
        );
        const task = createTask(body);
        await sleep(0);
        if (when === "in the handshake") await far.seen("data");
        task.cancel("enough");
        await assertRejects(() => task, CancelledError, "enough");
        await near.seen("lost");
        await far.seen("lost");
        assertEquals(near.error, null);
        assertEquals(near.events, ["made", "lost"]);
      }));
  }
}

for (const end of ["closeClients", "abortClients"] as const) {
  Deno.test(`startTls() leaves the connection with its server: ${end}() (SV3)`, () =>
    real(async () => {
      const pair = await connectTcp();
      await upgrade(pair);
      pair.server.close();
      let closed = false;
      const closing = createTask(async () => {
        await pair.server.waitClosed();
        closed = true;
      });
      await sleep(0.02);
      assertEquals(closed, false, "SV2");
      pair.server[end]();
      await closing;
      await pair.near.seen("lost");
    }));
}

Deno.test("the loop closes what startTls() has made when it closes", async () => {
  let server: Recorder | null = null;
  await real(async () => {
    const pair = await connectMemory();
    server = pair.far;
    await upgrade(pair);
  });
  assertEquals(server!.events, ["made"], "without a word to the protocol");
});
