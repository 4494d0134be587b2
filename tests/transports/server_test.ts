import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import type { ExceptionHandlerContext } from "../../loop/exception_handler.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import type {
  ByteChannel,
  ByteListener,
  NetAddress,
} from "../../transports/byte_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import type { ListenHost } from "../../transports/_listen.ts";
import { Server } from "../../transports/server.ts";
import { STYLES, virtual } from "../_support.ts";
import { describeReport, real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";
import { connectRecorder, startRecording } from "./_tcp.ts";

/** Listens without any protocol to speak of. */
async function listen(host: ListenHost, port = 0): Promise<Server> {
  return await currentLoop().createServer(() => ({}), host, port);
}

async function isReachable(hostname: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionRefused, `${error}`);
    return false;
  }
}

Deno.test("createServer() serves at once and says where", () =>
  real(async () => {
    const { server, port } = await startRecording();
    assert(server.isServing());
    assertStrictEquals(server.getLoop(), currentLoop());
    assertEquals(server.sockets.map((address) => ({ ...address })), [
      { transport: "tcp", hostname: "127.0.0.1", port },
    ]);
    assertEquals(server.port, port);
    assertEquals(`${server}`, `<Server 127.0.0.1:${port}>`);
    server.close();
    assert(!server.isServing());
    assertEquals(server.sockets, []);
    assertThrows(
      () => server.port,
      RuntimeError,
      "Cannot tell port: server is closed",
    );
    assertEquals(`${server}`, "<Server closed>");
    server.close();
    await server.waitClosed();
    assert(!await isReachable("127.0.0.1", port));
  }));

Deno.test("createServer() listens on every host of a list, each once (C6)", () =>
  real(async () => {
    const hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.1"];
    await using server = await listen(hosts);
    assertEquals(
      server.sockets.map((address) => (address as NetAddress).hostname),
      ["127.0.0.1", "127.0.0.2"],
    );
    for (const address of server.sockets) {
      const { hostname, port } = address as NetAddress;
      assert(await isReachable(hostname, port));
    }
  }));

for (const host of [null, "", ["127.0.0.2", ""]]) {
  Deno.test(`createServer() listens on all interfaces for ${JSON.stringify(host)} (C6)`, () =>
    real(async () => {
      await using server = await listen(host);
      const { port } = server.sockets[0] as NetAddress;
      assert(await isReachable("127.0.0.1", port));
      assert(await isReachable("127.0.0.3", port));
    }));
}

Deno.test("createServer() listens on the addresses of a name", () =>
  real(async () => {
    await using server = await listen("localhost");
    for (const address of server.sockets) {
      const { hostname, port } = address as NetAddress;
      assert(["127.0.0.1", "::1"].includes(hostname), hostname);
      assert(await isReachable(hostname, port));
    }
  }));

Deno.test("createServer() skips addresses that this machine does not have (C6)", () =>
  real(async () => {
    await using server = await listen(["192.0.2.1", "127.0.0.1"]);
    assertEquals(server.sockets.length, 1);
    await assertRejects(
      () => listen(["192.0.2.1"]),
      Deno.errors.AddrNotAvailable,
    );
    await assertRejects(() => listen([]), RangeError, "no host");
  }));

Deno.test("createServer() leaves nothing behind when an address is in use (C6)", () =>
  real(async () => {
    await using taken = await listen("127.0.0.1");
    const { port } = taken.sockets[0] as NetAddress;
    await assertRejects(
      () => listen(["127.0.0.2", "127.0.0.1"], port),
      Deno.errors.AddrInUse,
    );
    assert(!await isReachable("127.0.0.2", port));
  }));

Deno.test("createServer() takes an open listener instead", () =>
  real(async () => {
    const loop = currentLoop();
    const sock = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = sock.addr;
    const server = await loop.createServer(() => ({}), null, null, { sock });
    assert(await isReachable("127.0.0.1", port));
    server.close();
    await assertRejects(
      () => loop.createServer(() => ({}), "127.0.0.1", 0, { sock }),
      RangeError,
    );
    await assertRejects(() => loop.createServer(() => ({})), RangeError);
  }));

Deno.test("createServer() closes its listeners when cancelled", () =>
  real(async () => {
    const sock = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const task = createTask(() =>
      currentLoop().createServer(() => ({}), null, null, { sock })
    );
    await sleep(0);
    task.cancel();
    await assertRejects(() => task, CancelledError);
    await assertRejects(() => sock.accept(), Deno.errors.BadResource);
  }));

Deno.test("createServer() accepts from startServing() on if asked to", () =>
  real(async () => {
    const { server, port, recorders, door } = await startRecording({
      startServing: false,
    });
    assert(!server.isServing());
    const client = await connectRecorder(port);
    assertEquals(recorders, []);
    await server.startServing();
    await server.startServing();
    assert(server.isServing());
    await door.seen("made");
    client.transport.close();
    await recorders[0]!.seen("lost");
    server.close();
    await assertRejects(() => server.startServing(), RuntimeError, "closed");
  }));

Deno.test("Server.close() lets connections live on (SV1)", () =>
  real(async () => {
    const { server, port, recorders, door } = await startRecording();
    const client = await connectRecorder(port);
    await door.seen("made");
    server.close();
    client.transport.write("still here");
    client.transport.close();
    await recorders[0]!.seen("lost");
    assertEquals(recorders[0]!.text, "still here");
    await server.waitClosed();
  }));

Deno.test("Server.waitClosed() waits for the close and for the connections (SV2)", () =>
  real(async () => {
    const { server, port, recorders, door } = await startRecording();
    const waiting = createTask(() => server.waitClosed());
    await sleep(0);
    assert(!waiting.done(), "not closed, no connections");
    const client = await connectRecorder(port);
    await door.seen("made");
    server.close();
    await sleep(0);
    assert(!waiting.done(), "closed, one connection");
    client.transport.close();
    await waiting;
    assertEquals(recorders[0]!.events.at(-1), "lost");
    await server.waitClosed();
  }));

Deno.test("Server.waitClosed() can be cancelled", () =>
  real(async () => {
    const { server } = await startRecording();
    const waiting = createTask(() => server.waitClosed());
    await sleep(0);
    waiting.cancel();
    await assertRejects(() => waiting, CancelledError);
    server.close();
    await server.waitClosed();
  }));

Deno.test("Server.closeClients() closes, abortClients() aborts (SV3)", () =>
  real(async () => {
    for (const method of ["closeClients", "abortClients"] as const) {
      const { server, port, recorders } = await startRecording();
      const one = await connectRecorder(port);
      const two = await connectRecorder(port);
      while (recorders.length < 2) await sleep(0);
      server[method]();
      server.close();
      await server.waitClosed();
      for (const recorder of recorders) {
        assertEquals(recorder.events.at(-1), "lost");
        assertEquals(recorder.error, null);
      }
      await one.seen("lost");
      await two.seen("lost");
    }
  }));

Deno.test("Server.abortClients() ends a connection whose peer does not read", () =>
  real(async () => {
    const { server, port, recorders, door } = await startRecording();
    const client = await connectRecorder(port);
    client.transport.pauseReading();
    await door.seen("made");
    recorders[0]!.transport.write(new Uint8Array(16 << 20));
    server.close();
    server.closeClients();
    await sleep(0);
    assert(!recorders[0]!.events.includes("lost"));
    server.abortClients();
    await server.waitClosed();
    client.transport.resumeReading();
    await client.seen("lost");
  }));

for (const style of STYLES) {
  Deno.test(`Server.serveForever() closes the server when cancelled (SV4, ${style.name})`, () =>
    real(async () => {
      const { server, port, recorders, door } = await startRecording();
      const serving = createTask(style.body(() => server.serveForever()));
      const client = await connectRecorder(port);
      await door.seen("made");
      serving.cancel();
      await sleep(0);
      await sleep(0);
      assert(!server.isServing());
      assert(!serving.done(), "waits for the connections");
      client.transport.close();
      await assertRejects(() => serving, CancelledError);
      assertEquals(recorders[0]!.events.at(-1), "lost");
    }));
}

Deno.test("Server.serveForever() refuses a second call and a closed server (SV4)", () =>
  real(async () => {
    const { server } = await startRecording({ startServing: false });
    const serving = createTask(() => server.serveForever());
    await sleep(0);
    assert(server.isServing());
    await assertRejects(() => server.serveForever(), RuntimeError, "already");
    server.close();
    await assertRejects(() => serving, CancelledError);
    await assertRejects(() => server.serveForever(), RuntimeError, "closed");
  }));

Deno.test("Server ends with an await using block", () =>
  real(async () => {
    let port: number;
    {
      await using server = await listen("127.0.0.1");
      ({ port } = server.sockets[0] as NetAddress);
    }
    assert(!await isReachable("127.0.0.1", port));
  }));

Deno.test("Server closes a connection without a protocol, reported in debug mode (C7)", () =>
  real(async (reports) => {
    const loop = currentLoop();
    const debug = loop.getDebug();
    const fail = () => {
      throw new Error("no protocol");
    };
    await using server = await loop.createServer(fail, "127.0.0.1", 0);
    const { port } = server.sockets[0] as NetAddress;
    for (const isDebug of [false, true]) {
      loop.setDebug(isDebug);
      const client = await connectRecorder(port);
      await client.seen("lost");
    }
    loop.setDebug(debug);
    assertEquals(reports.splice(0).map(describeReport), [
      "Error on transport creation for incoming connection: Error: no protocol",
    ]);
  }));

/** A listener that fails and succeeds as told. */
class ScriptedListener implements ByteListener {
  readonly address = {
    transport: "tcp",
    hostname: "scripted",
    port: 1,
  } as const;
  readonly times: number[] = [];
  readonly #script: (ByteChannel | Error)[];
  readonly #closed = Promise.withResolvers<never>();

  constructor(...script: (ByteChannel | Error)[]) {
    this.#script = script;
  }

  accept(): Promise<ByteChannel> {
    this.times.push(currentLoop().time());
    const next = this.#script.shift();
    if (next === undefined) return this.#closed.promise;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  }

  close(): void {
    this.#closed.promise.catch(() => {});
    this.#closed.reject(failure("EBADF"));
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`accept: ${code}`), { code });
}

/** Runs a scripted server until it accepts for the `count`th time. */
async function serveScript(
  listener: ScriptedListener,
  count: number,
): Promise<{ recorders: Recorder[]; reports: string[]; server: Server }> {
  const reports: ExceptionHandlerContext[] = [];
  const loop = currentLoop();
  const handler = loop.getExceptionHandler();
  loop.setExceptionHandler((_loop, context) => reports.push(context));
  const recorders: Recorder[] = [];
  const server = new Server(loop, [listener], () => {
    recorders.push(new Recorder());
    return recorders.at(-1)!;
  });
  server.start();
  while (listener.times.length < count) await sleep(0.125);
  loop.setExceptionHandler(handler);
  return { recorders, reports: reports.map(describeReport), server };
}

for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]) {
  Deno.test(`Server pauses accepting for a second after ${code} (C7)`, () =>
    virtual(async () => {
      const [near, far] = memoryChannelPair();
      const listener = new ScriptedListener(
        failure(code),
        failure(code),
        near,
      );
      const { recorders, reports, server } = await serveScript(listener, 4);
      assertEquals(listener.times, [0, 1, 2, 2]);
      const report =
        `socket.accept() out of system resource: Error: accept: ${code}`;
      assertEquals(reports, [report, report]);
      await recorders[0]!.seen("made");
      far.close();
      await recorders[0]!.seen("lost");
      server.close();
    }));
}

Deno.test("Server goes on accepting after a peer that gave up, without a word", () =>
  virtual(async () => {
    const [near, far] = memoryChannelPair();
    const listener = new ScriptedListener(failure("ECONNABORTED"), near);
    const { recorders, reports, server } = await serveScript(listener, 3);
    assertEquals(listener.times, [0, 0, 0]);
    assertEquals(reports, []);
    far.close();
    await recorders[0]!.seen("lost");
    server.close();
  }));

Deno.test("Server reports any other failure to accept, pauses and goes on", () =>
  virtual(async () => {
    const listener = new ScriptedListener(failure("EPROTO"));
    const { reports, server } = await serveScript(listener, 2);
    assertEquals(listener.times, [0, 1]);
    assertEquals(reports, [
      "Accept failed on a socket: Error: accept: EPROTO",
    ]);
    server.close();
  }));

Deno.test("Server.close() ends the pause after a failure at once", () =>
  virtual(async () => {
    const listener = new ScriptedListener(failure("EPROTO"), failure("EPROTO"));
    const { server } = await serveScript(listener, 2);
    const time = currentLoop().time();
    server.close();
    await server.waitClosed();
    assertEquals(currentLoop().time(), time);
    await sleep(10);
    assertEquals(listener.times, [0, 1]);
  }));
