import { assert, assertEquals } from "@std/assert";
import { TimeoutError } from "../../loop/errors.ts";
import { setLogger } from "../../loop/log.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import type { ByteChannel, NetAddress } from "../../transports/byte_channel.ts";
import { connectChannel } from "../../transports/connect_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import type { TlsOptions } from "../../transports/tls_options.ts";
import { openConnection, startServer } from "../../streams/open.ts";
import { real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";
import {
  authority,
  connectTls,
  IMPLEMENTATIONS,
  server,
  startTlsRecording,
  trusting,
} from "./_tls.ts";

/** Connects a bare `Deno.TlsConn`: it shows what really goes over the wire. */
async function connectBare(port: number): Promise<Deno.TlsConn> {
  const conn = await Deno.connectTls({
    hostname: "127.0.0.1",
    port,
    caCerts: [authority],
  });
  await conn.handshake();
  return conn;
}

/** Passes bytes on between a client and a port, so that either end can vanish. */
async function relay(port: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const upstream = await Deno.connect({ hostname: "127.0.0.1", port });
  const passing = accepting.then((downstream) => {
    listener.close();
    return Promise.allSettled([
      downstream.readable.pipeTo(upstream.writable),
      upstream.readable.pipeTo(downstream.writable),
    ]);
  });
  return { port: listener.addr.port, passing, downstream: accepting, upstream };
}

for (const [name, options] of IMPLEMENTATIONS) {
  const ours: TlsOptions = { ...server, ...options };
  const theirs: TlsOptions = { ...trusting, ...options };

  Deno.test(`${name} TLS: close() sends a close_notify and waits for one (S4)`, () =>
    real(async () => {
      await using site = await startTlsRecording(ours);
      const conn = await connectBare(site.port);
      await site.door.seen("made");
      const there = site.recorders[0]!;
      there.transport.write("last words");
      there.transport.close();
      const buffer = new Uint8Array(100);
      assertEquals(await conn.read(buffer), 10);
      assertEquals(await conn.read(buffer), null, "and not UnexpectedEof");
      await sleep(0.02);
      assertEquals(there.events, ["made"], "it waits");
      assert(there.transport.isClosing());
      conn.close();
      await there.seen("lost");
      assertEquals([there.events, there.error], [["made", "lost"], null]);
    }));

  Deno.test(`${name} TLS: close() gives up waiting in the end (S2)`, () =>
    real(async () => {
      await using site = await startTlsRecording({
        ...ours,
        sslShutdownTimeout: 0.05,
      });
      const conn = await connectBare(site.port);
      await site.door.seen("made");
      const there = site.recorders[0]!;
      there.transport.close();
      await there.seen("lost");
      assert(there.error instanceof TimeoutError);
      assertEquals(there.error.message, "SSL shutdown timed out");
      assertEquals(there.events, ["made", "lost"]);
      conn.close();
    }));

  Deno.test(`${name} TLS: abort() waits for nobody`, () =>
    real(async () => {
      await using site = await startTlsRecording(ours);
      const conn = await connectBare(site.port);
      await site.door.seen("made");
      const there = site.recorders[0]!;
      there.transport.close();
      there.transport.abort();
      await there.seen("lost");
      assertEquals(there.error, null);
      conn.close();
    }));

  Deno.test(`${name} TLS: the end of the peer closes the transport (P8)`, () =>
    real(async () => {
      await using site = await startTlsRecording(ours);
      const conn = await connectBare(site.port);
      await conn.closeWrite();
      await site.door.seen("made");
      const there = site.recorders[0]!;
      await there.seen("lost");
      assertEquals([there.events, there.error], [
        ["made", "eof", "lost"],
        null,
      ]);
      assertEquals(await conn.read(new Uint8Array(1)), null);
      conn.close();
    }));

  Deno.test(`${name} TLS: true from eofReceived() has no effect but a warning (P8)`, () =>
    real(async () => {
      const warnings: string[] = [];
      setLogger(({ level, message }) => warnings.push(`${level}: ${message}`));
      try {
        const near = new Recorder();
        const far = new Recorder();
        far.keepOpen = true;
        await connectTls(near, far, theirs, ours);
        near.transport.close();
        await near.seen("lost");
        await far.seen("lost");
        assertEquals(far.events, ["made", "eof", "lost"]);
      } finally {
        setLogger(null);
      }
      assertEquals(warnings, [
        "warning: returning true from eof_received() has no effect when " +
        "using ssl",
      ]);
    }));

  Deno.test(`${name} TLS: streams end at the end, without a warning (ST11)`, () =>
    real(async () => {
      const listening = await startServer(
        async (reader, writer) => {
          writer.write(await reader.read());
          assert(writer.isClosing(), "nothing can be sent any more");
        },
        "127.0.0.1",
        0,
        { ssl: ours },
      );
      const { port } = listening.sockets[0] as NetAddress;
      const [reader, writer] = await openConnection("127.0.0.1", port, {
        ssl: theirs,
      });
      assertEquals(writer.canWriteEof(), false);
      writer.write("unanswered");
      writer.close();
      assertEquals(await reader.read(), new Uint8Array());
      await writer.waitClosed();
      listening.close();
      await listening.waitClosed();
    }));

  Deno.test(`${name} TLS: what is sent before the end arrives before it`, () =>
    real(async () => {
      const near = new Recorder();
      const far = new Recorder();
      await connectTls(near, far, theirs, ours);
      far.transport.pauseReading();
      near.transport.write(new Uint8Array(2 << 20));
      near.transport.close();
      far.transport.resumeReading();
      await far.seen("lost");
      assertEquals(far.length, 2 << 20);
      assertEquals(far.events.filter((event) => event === "eof"), ["eof"]);
      await near.seen("lost");
      assertEquals([near.error, far.error], [null, null]);
    }));

  Deno.test(`${name} TLS: a stream that just stops has ended too`, () =>
    real(async () => {
      await using site = await startTlsRecording(ours);
      const middle = await relay(site.port);
      const [, here] = await currentLoop().createConnection(
        () => new Recorder(),
        "127.0.0.1",
        middle.port,
        { ssl: theirs },
      );
      await site.door.seen("made");
      const there = site.recorders[0]!;
      there.transport.write("cut o");
      await here.until(() => here.length === 5);
      (await middle.downstream).close();
      await here.seen("lost");
      assertEquals([here.events, here.error], [
        ["made", "data", "eof", "lost"],
        null,
      ]);
      await there.seen("lost");
      await middle.passing;
    }));
}

for (const [what, spoil, check] of spoilers()) {
  Deno.test(`TLS ends with an error ${what}`, () =>
    real(async () => {
      const near = new Recorder();
      const far = new Recorder();
      const [lower, middle] = memoryChannelPair();
      const [other, outer] = memoryChannelPair();
      const [plain] = await connectChannel(() => near, lower);
      const [plainToo] = await connectChannel(() => far, other);
      pump(middle, outer).catch(() => {});
      pump(outer, middle).catch(() => {});
      const loop = currentLoop();
      const [, second] = await Promise.all([
        loop.startTls(plain, near, server, { serverSide: true }),
        loop.startTls(plainToo, far, trusting),
      ]);
      await spoil(middle);
      await near.seen("lost");
      assert(check(near.error), `${near.error}`);
      assert(!near.events.includes("eof"));
      second.abort();
    }));
}

/** Ways to spoil a connection beneath TLS, and what they look like above. */
function* spoilers(): Generator<
  [
    what: string,
    spoil: (channel: ByteChannel) => Promise<unknown>,
    check: (error: Error | null) => boolean,
  ]
> {
  yield [
    "of the connection beneath",
    (channel) => Promise.resolve(channel.reset()),
    (error) => error instanceof Deno.errors.ConnectionReset,
  ];
  yield [
    "when something else comes in between",
    (channel) => channel.write(new TextEncoder().encode("plain text\r\n")),
    (error) => error instanceof Deno.errors.InvalidData,
  ];
}

/** Copies what comes out of one channel into another. */
async function pump(from: ByteChannel, to: ByteChannel): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) return;
    let rest = buffer.subarray(0, count);
    while (rest.length > 0) rest = rest.subarray(await to.write(rest));
  }
}

Deno.test("a server's writes of one turn go out together, without a delay", () =>
  real(async () => {
    for (const [, options] of IMPLEMENTATIONS) {
      const listening = await startServer(
        async (reader, writer) => {
          for await (const _line of reader) {
            writer.write("head\n");
            await writer.drain();
            writer.write("x".repeat(5000));
            writer.writelines(["\n", "tail\n"]);
          }
          writer.close();
        },
        "127.0.0.1",
        0,
        { ssl: { ...server, ...options } },
      );
      const { port } = listening.sockets[0] as NetAddress;
      const [reader, writer] = await openConnection("127.0.0.1", port, {
        ssl: { ...trusting, ...options },
      });
      const times: number[] = [];
      for (let i = 0; i < 9; i++) {
        const start = performance.now();
        writer.write("go\n");
        await reader.readexactly(5 + 5000 + 1 + 5);
        times.push(performance.now() - start);
      }
      times.sort((a, b) => a - b);
      // A delayed acknowledgement would take 40 ms, each time.
      assert(times[4]! < 30, `${times}`);
      writer.close();
      listening.close();
    }
  }));
