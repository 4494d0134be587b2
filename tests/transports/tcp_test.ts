import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { CancelledError, TimeoutError } from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import { STYLES } from "../_support.ts";
import { real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";
import {
  closedPort,
  connectRecorder,
  listenFull,
  startRecording,
} from "./_tcp.ts";

Deno.test("createConnection() returns the transport and the protocol (P2)", () =>
  real(async () => {
    await using site = await started();
    const [transport, protocol] = await currentLoop().createConnection(
      () => new Recorder(),
      "127.0.0.1",
      site.port,
    );
    assertEquals(protocol.events, ["made"]);
    assertStrictEquals(protocol.transport, transport);
    assertStrictEquals(transport.getProtocol(), protocol);
    transport.close();
    await protocol.seen("lost");
  }));

Deno.test("transports tell both addresses and the socket", () =>
  real(async () => {
    await using site = await started();
    const { transport } = await connectRecorder(site.port);
    await site.door.seen("made");
    const there = site.recorders[0]!.transport;
    const peer = transport.getExtraInfo("peername") as NetAddress;
    assertEquals({ ...peer }, {
      transport: "tcp",
      hostname: "127.0.0.1",
      port: site.port,
    });
    assertEquals(
      transport.getExtraInfo("sockname"),
      there.getExtraInfo("peername"),
    );
    const socket = transport.getExtraInfo("socket") as Deno.TcpConn;
    socket.setKeepAlive(true);
    assertEquals(transport.getExtraInfo("cipher"), null);
    assertEquals(transport.getExtraInfo("cipher", "none"), "none");
    transport.close();
    await site.recorders[0]!.seen("lost");
    assertEquals(transport.getExtraInfo("peername"), peer, "also afterwards");
  }));

Deno.test("createConnection() connects to the loopback address by default", () =>
  real(async () => {
    await using site = await started();
    for (const host of [null, undefined, ""]) {
      const [transport] = await currentLoop().createConnection(
        () => ({}),
        host,
        site.port,
      );
      transport.close();
    }
  }));

Deno.test("createConnection() takes an open connection instead", () =>
  real(async () => {
    await using site = await started();
    const sock = await Deno.connect({ hostname: "127.0.0.1", port: site.port });
    const [transport] = await currentLoop().createConnection(
      () => ({}),
      null,
      null,
      { sock },
    );
    assertStrictEquals(transport.getExtraInfo("socket"), sock);
    transport.write("taken");
    transport.close();
    await site.door.seen("made");
    await site.recorders[0]!.seen("lost");
    assertEquals(site.recorders[0]!.text, "taken");
  }));

Deno.test("createConnection() wants an address or a connection, not both (C1)", () =>
  real(async () => {
    const loop = currentLoop();
    const sock = {} as Deno.Conn;
    const neither = "neither host and port nor sock";
    const both = "as well as sock";
    await assertRejects(
      () => loop.createConnection(() => ({})),
      RangeError,
      neither,
    );
    for (const [host, port] of [["h", null], [null, 1], ["h", 1]] as const) {
      await assertRejects(
        () => loop.createConnection(() => ({}), host, port, { sock }),
        RangeError,
        both,
      );
    }
  }));

Deno.test("createConnection() passes on what Deno says", () =>
  real(async () => {
    const loop = currentLoop();
    await assertRejects(
      () => loop.createConnection(() => ({}), "127.0.0.1", closedPort()),
      Deno.errors.ConnectionRefused,
    );
  }));

Deno.test("createConnection() closes the connection if the factory fails", () =>
  real(async () => {
    await using site = await started();
    const fail = () => {
      throw new Error("no protocol");
    };
    await assertRejects(
      () => currentLoop().createConnection(fail, "127.0.0.1", site.port),
      Error,
      "no protocol",
    );
    await site.door.seen("made");
    await site.recorders[0]!.seen("lost");
  }));

for (const style of STYLES) {
  Deno.test(`createConnection() leaves nothing behind when cancelled while connecting (${style.name})`, () =>
    real(async () => {
      using full = await listenFull();
      const task = createTask(
        style.body(() =>
          currentLoop().createConnection(() => ({}), "127.0.0.1", full.port)
        ),
      );
      await sleep(0.02);
      assert(!task.done(), "it must hang");
      task.cancel("enough");
      await assertRejects(() => task, CancelledError, "enough");
    }));

  Deno.test(`createConnection() connects (${style.name})`, () =>
    real(async () => {
      await using site = await started();
      const task = createTask(
        style.body(() =>
          currentLoop().createConnection(() => ({}), "127.0.0.1", site.port)
        ),
      );
      const [transport] = await task;
      transport.close();
      await site.door.seen("made");
      await site.recorders[0]!.seen("lost");
    }));
}

Deno.test("createConnection() leaves nothing behind when it times out", () =>
  real(async () => {
    using full = await listenFull();
    const connect = () =>
      currentLoop().createConnection(() => ({}), "127.0.0.1", full.port);
    await assertRejects(() => timeout(0.02, connect), TimeoutError);
  }));

for (
  const [when, cancelLater] of [
    ["within the factory", null],
    ["within connectionMade()", (cancel: () => void) => cancel()],
    [
      "after being woken",
      (cancel: () => void) => currentLoop().callSoon(cancel),
    ],
  ] as const
) {
  Deno.test(`createConnection() closes the connection when cancelled ${when} (C5)`, () =>
    real(async () => {
      await using site = await started();
      const recorder = new Recorder();
      recorder.on = (event) => {
        if (event === "made") cancelLater?.(() => task.cancel());
      };
      const task = createTask(() =>
        currentLoop().createConnection(
          () => {
            if (cancelLater === null) task.cancel();
            return recorder;
          },
          "127.0.0.1",
          site.port,
        )
      );
      await assertRejects(() => task, CancelledError);
      await recorder.seen("lost");
      assertEquals(recorder.error, null);
      await site.recorders[0]!.seen("lost");
    }));
}

Deno.test("createConnection() gives up with the reason of its signal", () =>
  real(async () => {
    using full = await listenFull();
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const { signal } = controller;
    const connect = () =>
      currentLoop().createConnection(
        () => ({}),
        "127.0.0.1",
        full.port,
        { signal },
      );
    const task = createTask(connect);
    await sleep(0.02);
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => task), reason);
    assertStrictEquals(await assertRejects(connect), reason, "aborted before");
  }));

Deno.test("connections end with the error of a peer that resets them (P13)", () =>
  real(async () => {
    await using site = await started({ keepOpen: true });
    const { connect } = await import("node:net");
    const socket = connect(site.port, "127.0.0.1");
    await site.door.seen("made");
    const [recorder] = site.recorders;
    recorder!.transport.write("x");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.resetAndDestroy();
    await recorder!.seen("lost");
    assert(recorder!.error instanceof Deno.errors.ConnectionReset);
    assertEquals(recorder!.events, ["made", "lost"]);
  }));

Deno.test("connections end with the error of a write to a peer that is gone", () =>
  real(async () => {
    await using site = await started();
    const sock = await Deno.connect({ hostname: "127.0.0.1", port: site.port });
    await site.door.seen("made");
    const [recorder] = site.recorders;
    recorder!.keepOpen = true;
    sock.close();
    await recorder!.seen("eof");
    while (recorder!.error === null) {
      recorder!.transport.write(new Uint8Array(1000));
      await sleep(0.001);
    }
    const { code } = recorder!.error as Error & { code?: string };
    assert(code === "EPIPE" || code === "ECONNRESET", code);
  }));

Deno.test("the loop closes the connections that are left when run() ends", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const events = await real(async () => {
    const { events } = await connectRecorder(port);
    await startRecording();
    return events;
  });
  assertEquals(events, ["made"], "without a word to the protocol");
  const conn = await listener.accept();
  assertEquals(await conn.read(new Uint8Array(1)), null);
  conn.close();
  listener.close();
});

Deno.test("200 connections at once are served", () =>
  real(async () => {
    await using site = await started();
    const clients = await Promise.all(
      Array.from({ length: 200 }, () => connectRecorder(site.port)),
    );
    for (const [i, { transport }] of clients.entries()) {
      transport.write(`client ${i}`);
      transport.close();
    }
    for (const client of clients) await client.seen("lost");
    for (const recorder of site.recorders) await recorder.seen("lost");
    const texts = site.recorders.map(({ text }) => text).sort();
    const expected = clients.map((_, i) => `client ${i}`).sort();
    assertEquals(texts, expected);
  }));

/** Starts a recording server for the length of an `await using` block. */
async function started(options: { keepOpen?: boolean } = {}) {
  const site = await startRecording(options);
  return {
    ...site,
    async [Symbol.asyncDispose]() {
      site.server.close();
      site.server.closeClients();
      await site.server.waitClosed();
    },
  };
}
