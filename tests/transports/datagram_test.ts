import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { CancelledError } from "../../loop/errors.ts";
import type { Future } from "../../loop/futures.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, currentTask } from "../../loop/tasks.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import type { CreateDatagramEndpointOptions } from "../../transports/datagram.ts";
import { DatagramProtocol } from "../../transports/datagram_protocol.ts";
import type { DatagramAddress } from "../../transports/datagram_channel.ts";
import type { DatagramTransport } from "../../transports/datagram_transport.ts";
import { describeReport, real } from "./_real.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** A protocol that notes what it is told, and lets a test wait for it. */
class Recorder extends DatagramProtocol {
  readonly events: string[] = [];
  readonly datagrams: Uint8Array[] = [];
  readonly senders: NetAddress[] = [];
  readonly errors: Error[] = [];
  transport!: DatagramTransport;
  lostWith: Error | null = null;
  on: (event: string) => void = () => {};
  #waiters: Future<void>[] = [];

  override connectionMade(transport: DatagramTransport): void {
    this.transport = transport;
    this.#note("made");
  }

  override datagramReceived(data: Uint8Array, address: NetAddress): void {
    this.datagrams.push(data);
    this.senders.push(address);
    this.#note("data");
  }

  override errorReceived(error: Error): void {
    this.errors.push(error);
    this.#note("error");
  }

  override pauseWriting(): void {
    this.#note("pause");
  }

  override resumeWriting(): void {
    this.#note("resume");
  }

  override connectionLost(error: Error | null): void {
    this.lostWith = error;
    this.#note("lost");
  }

  get address(): NetAddress {
    return this.transport.getExtraInfo("sockname")!;
  }

  get texts(): string[] {
    return this.datagrams.map((data) => new TextDecoder().decode(data));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const waiter = currentLoop().createFuture<void>();
      this.#waiters.push(waiter);
      await waiter;
    }
  }

  seen(event: string): Promise<void> {
    return this.until(() => this.events.includes(event));
  }

  #note(event: string): void {
    this.events.push(event);
    this.on(event);
    for (const waiter of this.#waiters.splice(0)) {
      if (!waiter.done()) waiter.setResult();
    }
  }
}

async function open(
  local: DatagramAddress | null = LOCAL,
  remote: DatagramAddress | null = null,
  options: CreateDatagramEndpointOptions = {},
): Promise<Recorder> {
  const [, recorder] = await currentLoop().createDatagramEndpoint(
    () => new Recorder(),
    local,
    remote,
    options,
  );
  return recorder;
}

async function close(...recorders: readonly Recorder[]): Promise<void> {
  for (const { transport } of recorders) transport.close();
  for (const recorder of recorders) await recorder.seen("lost");
}

Deno.test("createDatagramEndpoint() sends and receives in order (P18)", () =>
  real(async () => {
    const near = await open();
    const far = await open();
    assertEquals(near.events, ["made"]);
    assertEquals(near.address.transport, "udp");
    const texts = Array.from({ length: 50 }, (_, i) => `datagram ${i}`);
    for (const text of texts) near.transport.sendto(text, far.address);
    await far.until(() => far.datagrams.length === texts.length);
    assertEquals(far.texts, texts);
    assertEquals({ ...far.senders[0] }, { ...near.address });
    await close(near, far);
    assertEquals(near.events, ["made", "lost"]);
    assertStrictEquals(near.lostWith, null);
  }));

Deno.test("DatagramTransport keeps datagrams apart, empty ones too (P18)", () =>
  real(async () => {
    const near = await open();
    const far = await open();
    for (const size of [0, 1, 1400, 9000, 65507, 0]) {
      near.transport.sendto(new Uint8Array(size).fill(size), far.address);
    }
    await far.until(() => far.datagrams.length === 6);
    const sizes = far.datagrams.map(({ length }) => length);
    assertEquals(sizes, [0, 1, 1400, 9000, 65507, 0]);
    assert(far.datagrams[1]!.buffer.byteLength < 100, "keeps no more than it");
    await close(near, far);
  }));

Deno.test("DatagramTransport sends bytes as they were", () =>
  real(async () => {
    const near = await open();
    const far = await open();
    const bytes = new Uint8Array([1, 2, 3]);
    for (let i = 0; i < 3; i++) {
      near.transport.sendto(bytes, far.address);
      bytes.fill(9);
    }
    await far.until(() => far.datagrams.length === 3);
    assertEquals(far.datagrams[0], new Uint8Array([1, 2, 3]));
    assertEquals(far.datagrams[2], new Uint8Array([9, 9, 9]));
    await close(near, far);
  }));

Deno.test("DatagramTransport reports a datagram that is too long, and goes on (P18)", () =>
  real(async () => {
    const near = await open();
    const far = await open();
    near.transport.sendto(new Uint8Array(65508), far.address);
    near.transport.sendto("fits", far.address);
    await far.seen("data");
    assertEquals(far.texts, ["fits"]);
    const [error] = near.errors;
    assertEquals((error as { code?: string }).code, "EMSGSIZE");
    assertEquals(near.errors.length, 1);
    assert(!near.transport.isClosing());
    await close(near, far);
  }));

Deno.test("DatagramTransport reports a host that does not resolve", () =>
  real(async () => {
    const near = await open();
    near.transport.sendto("x", { hostname: "no.such.host.invalid", port: 9 });
    await near.seen("error");
    assertEquals((near.errors[0] as { code?: string }).code, "ENOTFOUND");
    await close(near);
  }));

Deno.test("createDatagramEndpoint() with a remote address talks to nobody else (P18)", () =>
  real(async () => {
    const server = await open();
    const stranger = await open();
    const client = await open(null, server.address);
    const port = client.address.port;
    assertEquals({ ...client.transport.getExtraInfo("peername")! }, {
      ...server.address,
      family: 4,
    } as unknown as NetAddress);
    client.transport.sendto("one");
    client.transport.sendto("two", null);
    client.transport.sendto("three", server.address);
    await server.until(() => server.datagrams.length === 3);
    assertEquals(server.texts, ["one", "two", "three"]);
    assertThrows(
      () => client.transport.sendto("x", stranger.address),
      RangeError,
      `must be none or 127.0.0.1:${server.address.port}`,
    );
    const client4 = { hostname: "127.0.0.1", port };
    stranger.transport.sendto("hello?", client4);
    await new Promise((resolve) => setTimeout(resolve, 20));
    server.transport.sendto("answer", client4);
    await client.seen("data");
    assertEquals(client.texts, ["answer"]);
    await close(client, server, stranger);
  }));

Deno.test("DatagramTransport.sendto() wants bytes and an address", () =>
  real(async () => {
    const near = await open();
    const { transport } = near;
    for (const wrong of [null, 1, {}, [1]]) {
      assertThrows(
        () => transport.sendto(wrong as unknown as string, near.address),
        TypeError,
      );
    }
    assertThrows(() => transport.sendto("x"), TypeError, "no address");
    for (const port of [-1, 65536, 1.5]) {
      assertThrows(
        () => transport.sendto("x", { hostname: "127.0.0.1", port }),
        RangeError,
        "from 0 to 65535",
      );
    }
    assertEquals(transport.getWriteBufferSize(), 0);
    await close(near);
  }));

Deno.test("DatagramTransport pauses and resumes writing at its marks (P18)", () =>
  real(async () => {
    const near = await open();
    const far = await open();
    near.transport.setWriteBufferLimits(3000, 1000);
    assertEquals(near.transport.getWriteBufferLimits(), [1000, 3000]);
    for (let i = 0; i < 4; i++) {
      near.transport.sendto(new Uint8Array(992), far.address);
    }
    assertEquals(near.transport.getWriteBufferSize(), 4000, "8 a header");
    assertEquals(near.events, ["made", "pause"]);
    await near.seen("resume");
    await far.until(() => far.datagrams.length === 4);
    assertEquals(near.events, ["made", "pause", "resume"]);
    assertEquals(near.transport.getWriteBufferSize(), 0);
    await close(near, far);
  }));

Deno.test("DatagramTransport.close() sends what waits, abort() drops it", () =>
  real(async () => {
    const far = await open();
    const near = await open();
    for (let i = 0; i < 20; i++) near.transport.sendto(`${i}`, far.address);
    near.transport.close();
    near.transport.close();
    assert(near.transport.isClosing());
    await near.seen("lost");
    await far.until(() => far.datagrams.length === 20);

    const other = await open();
    for (let i = 0; i < 20; i++) other.transport.sendto("x", far.address);
    other.transport.abort();
    await other.seen("lost");
    assertEquals(other.events, ["made", "lost"]);
    assertEquals(far.datagrams.length <= 21, true);
    await close(far);
  }));

Deno.test("DatagramTransport drops what is sent after close(), and logs from the fifth on", () =>
  real(async () => {
    const near = await open();
    const { address } = near;
    await close(near);
    const warnings: unknown[] = [];
    const { warn } = console;
    console.warn = (...args: unknown[]) => warnings.push(...args);
    try {
      for (let i = 0; i < 6; i++) near.transport.sendto("x", address);
    } finally {
      console.warn = warn;
    }
    assertEquals(warnings, Array(2).fill("socket.send() raised exception."));
  }));

Deno.test("DatagramTransport reports a protocol that fails, and goes on", () =>
  real(async (reports) => {
    const near = await open();
    near.on = (event) => {
      if (event === "data" && near.datagrams.length === 1) throw Error("boom");
    };
    near.transport.sendto("one", near.address);
    near.transport.sendto("two", near.address);
    await near.until(() => near.datagrams.length === 2);
    const [report] = reports.splice(0);
    assertEquals(
      describeReport(report!),
      "Exception in callback datagramReceived(): Error: boom",
    );
    assertStrictEquals(report!.protocol, near);
    await close(near);
  }));

Deno.test("DatagramTransport calls back outside any task, in the context it was made in", () =>
  real(async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = new Set<string>();
    const near = await storage.run(
      "made here",
      () =>
        currentLoop().createDatagramEndpoint(() => {
          const recorder = new Recorder();
          recorder.on = () =>
            seen.add(`${storage.getStore()} ${currentTask()}`);
          return recorder;
        }, LOCAL).then(([, recorder]) => recorder),
    );
    const far = await open();
    far.transport.sendto("x", near.address);
    await near.seen("data");
    near.transport.sendto(new Uint8Array(70_000), far.address);
    await near.seen("error");
    await close(near, far);
    assertEquals([...seen], ["made here null"]);
    assertEquals(near.events, [
      "made",
      "data",
      "pause",
      "error",
      "resume",
      "lost",
    ]);
  }));

Deno.test("createDatagramEndpoint() broadcasts where that is allowed", () =>
  real(async () => {
    const far = await open({ hostname: "0.0.0.0", port: 0 });
    const near = await open(LOCAL, null, { allowBroadcast: true });
    const { port } = far.address;
    near.transport.sendto("to all", { hostname: "127.255.255.255", port });
    await far.seen("data");
    assertEquals(far.texts, ["to all"]);
    await close(near, far);
  }));

Deno.test("DatagramTransport joins and leaves multicast groups", () =>
  real(async () => {
    const group = "239.255.77.77";
    const far = await open({ hostname: "0.0.0.0", port: 0 });
    const near = await open(LOCAL, null, {
      multicastTtl: 1,
      multicastLoopback: true,
      multicastInterface: "127.0.0.1",
    });
    const target = { hostname: group, port: far.address.port };
    await far.transport.joinMulticast(group, "127.0.0.1");
    near.transport.sendto("to the group", target);
    await far.seen("data");
    await far.transport.leaveMulticast(group, "127.0.0.1");
    near.transport.sendto("nobody", target);
    near.transport.sendto("direct", {
      hostname: "127.0.0.1",
      port: far.address.port,
    });
    await far.until(() => far.datagrams.length === 2);
    assertEquals(far.texts, ["to the group", "direct"]);
    await assertRejects(
      () => Promise.resolve(far.transport.leaveMulticast(group)),
      Error,
    );
    await close(near, far);
  }));

Deno.test("createDatagramEndpoint() shares a port if told to", () =>
  real(async () => {
    const one = await open(LOCAL, null, { reusePort: true });
    const two = await open(one.address, null, { reusePort: true });
    assertEquals(two.address.port, one.address.port);
    await close(one, two);
  }));

Deno.test("createDatagramEndpoint() fails where the port is in use, or not ours", () =>
  real(async () => {
    const one = await open();
    const inUse = await assertRejects(() => open(one.address), Error);
    assertEquals((inUse as { code?: string }).code, "EADDRINUSE");
    const absent = await assertRejects(
      () => open({ hostname: "192.0.2.77", port: 0 }),
      Error,
    );
    assertEquals((absent as { code?: string }).code, "EADDRNOTAVAIL");
    const unknown = await assertRejects(
      () => open({ hostname: "no.such.host.invalid", port: 0 }),
      Error,
    );
    assertEquals((unknown as { code?: string }).code, "ENOTFOUND");
    await assertRejects(() => open({ ...LOCAL, port: 65536 }), RangeError);
    await close(one);
  }));

Deno.test("createDatagramEndpoint() wants an address, a family or a socket", () =>
  real(async () => {
    await assertRejects(() => open(null), RangeError, "neither");
    const four = await open(null, null, { family: 4 });
    assertEquals(four.address.hostname, "0.0.0.0");
    const six = await open(null, null, { family: 6 });
    assertEquals(six.address.hostname, "::");
    await close(four, six);
  }));

Deno.test("createDatagramEndpoint() closes the socket if the factory fails", () =>
  real(async () => {
    await assertRejects(
      () =>
        currentLoop().createDatagramEndpoint(() => {
          throw new Error("no protocol");
        }, LOCAL),
      Error,
      "no protocol",
    );
  }));

Deno.test("createDatagramEndpoint() closes when its signal aborts", () =>
  real(async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    const loop = currentLoop();
    const [transport] = await loop.createDatagramEndpoint(
      () => ({ connectionLost: resolve }),
      LOCAL,
      null,
      { signal },
    );
    const opening = createTask(
      loop.createDatagramEndpoint(() => ({}), LOCAL, null, { signal }),
    );
    await sleep(0);
    const reason = new Error("enough");
    controller.abort(reason);
    assertEquals(await promise, null);
    assert(transport.isClosing());
    for (
      const refused of [
        () => opening,
        () => loop.createDatagramEndpoint(() => ({}), LOCAL, null, { signal }),
      ]
    ) {
      assertEquals(await assertRejects(refused, Error), reason);
    }
  }));

Deno.test("createDatagramEndpoint() can be cancelled", () =>
  real(async () => {
    for (let turns = 0; turns < 6; turns++) {
      const task = createTask(() => open());
      for (let i = 0; i < turns; i++) await Promise.resolve();
      task.cancel();
      await assertRejects(() => Promise.resolve(task), CancelledError);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }));

Deno.test("createDatagramEndpoint() uses IPv6", () =>
  real(async () => {
    const near = await open({ hostname: "::1", port: 0 });
    const client = await open(null, {
      hostname: "0:0:0:0:0:0:0:1",
      port: near.address.port,
    });
    client.transport.sendto("six");
    await near.seen("data");
    near.transport.sendto("back", near.senders[0]);
    await client.seen("data");
    assertEquals(client.texts, ["back"]);
    await close(near, client);
  }));
