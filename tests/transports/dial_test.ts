import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelledError } from "../../loop/errors.ts";
import { operation } from "../../loop/coroutines.ts";
import { ExceptionGroup } from "../../loop/exception_group.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { connectRace } from "../../transports/_connect_race.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import type { ResolvedAddress } from "../../transports/names.ts";
import type { CreateConnectionOptions } from "../../transports/tcp.ts";
import { virtual } from "../_support.ts";
import { real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";
import { closedPort, listenFull, startRecording } from "./_tcp.ts";

function addresses(...hosts: readonly string[]): ResolvedAddress[] {
  return hosts.map((hostname) => ({
    transport: "tcp",
    hostname,
    port: 1,
    family: hostname.includes(":") ? 6 : 4,
  }));
}

async function connect(
  port: number,
  options: CreateConnectionOptions,
  host = "127.0.0.1",
): Promise<Recorder> {
  const [, recorder] = await currentLoop().createConnection(
    () => new Recorder(),
    host,
    port,
    options,
  );
  return recorder;
}

Deno.test("connectRace() takes IPv4 when IPv6 is dead, a quarter of a second later (C3)", () =>
  virtual(async () => {
    const tried: string[] = [];
    const [channel] = memoryChannelPair();
    const chosen = await operation(
      "race",
      connectRace(
        addresses("::a", "::b", "1.1.1.1"),
        function* ({ hostname }) {
          tried.push(`${currentLoop().time()} ${hostname}`);
          if (hostname.includes(":")) yield* sleep(75);
          yield* sleep(0.01);
          return channel;
        },
        { happyEyeballsDelay: 0.25 },
      ),
    );
    assertEquals(chosen, channel);
    assertEquals(tried, ["0 ::a", "0.25 1.1.1.1"]);
    assertEquals(currentLoop().time(), 0.26);
  }));

Deno.test("connectRace() tells one error, or all of them (C2)", () =>
  virtual(async () => {
    const fail = (messages: readonly string[], allErrors = false) => {
      const left = [...messages];
      return operation(
        "race",
        connectRace(
          addresses(...messages.map((_, i) => `1.1.1.${i}`)),
          // deno-lint-ignore require-yield
          function* () {
            throw new Error(left.shift());
          },
          { allErrors },
        ),
      );
    };
    const outcome = async (...args: Parameters<typeof fail>) => {
      const error = await assertRejects(() => Promise.resolve(fail(...args)));
      return error as Error;
    };
    assertEquals((await outcome(["a"])).message, "a");
    assertEquals((await outcome(["a", "a"])).message, "a");
    const several = await outcome(["a", "b"]);
    assert(several instanceof AggregateError);
    assertEquals(several.message, "Multiple exceptions: a, b");
    const group = await outcome(["a", "a"], true);
    assert(group instanceof ExceptionGroup);
    assertEquals(group.errors.length, 2);
  }));

Deno.test("createConnection() with happy eyeballs connects past an address that is dead (C3)", () =>
  real(async () => {
    using full = await listenFull();
    const listener = Deno.listen({ hostname: "::1", port: full.port });
    const loop = currentLoop();
    const channel = await operation(
      "race",
      connectRace(
        addresses("127.0.0.1", "::1"),
        function* ({ hostname }) {
          const [transport] = yield* loop.createConnection(
            () => new Recorder(),
            hostname,
            full.port,
          );
          return transport.getProtocol() as unknown as never;
        },
        { happyEyeballsDelay: 0.05 },
      ),
    ) as unknown as Recorder;
    const peer = channel.transport.getExtraInfo("peername") as NetAddress;
    assertEquals(peer.hostname, "::1");
    channel.transport.abort();
    await channel.seen("lost");
    (await listener.accept()).close();
    listener.close();
  }));

Deno.test("createConnection() with happy eyeballs connects to a name", () =>
  real(async () => {
    const { server, port } = await startRecording();
    const recorder = await connect(
      port,
      { happyEyeballsDelay: 0.25 },
      "localhost",
    );
    const peer = recorder.transport.getExtraInfo("peername") as NetAddress;
    assertEquals(peer.port, port);
    recorder.transport.close();
    server.close();
    await server.waitClosed();
  }));

Deno.test("createConnection() with happy eyeballs can fail, be cancelled and aborted", () =>
  real(async () => {
    const delayed = { happyEyeballsDelay: 0.1 };
    await assertRejects(
      () => connect(closedPort(), delayed),
      Deno.errors.ConnectionRefused,
    );
    await assertRejects(
      () => connect(1, delayed, "no.such.host.invalid"),
      Error,
      "ENOTFOUND",
    );
    await assertRejects(
      () => connect(1, { happyEyeballsDelay: -1 }),
      RangeError,
    );
    await assertRejects(() => connect(1, { family: 6 }), Error, "no IPv6");
    using full = await listenFull();
    const task = createTask(() => connect(full.port, delayed));
    await sleep(0.02);
    task.cancel();
    await assertRejects(() => Promise.resolve(task), CancelledError);
    const signal = AbortSignal.timeout(20);
    await assertRejects(
      () => connect(full.port, { ...delayed, signal }),
      DOMException,
      "timeout",
    );
  }));

Deno.test("createConnection() connects from a local address (C4)", () =>
  real(async () => {
    const { server, port, recorders, door } = await startRecording();
    const localAddr = { hostname: "127.0.0.7", port: 0 };
    const near = await connect(port, { localAddr });
    await door.seen("made");
    const far = recorders[0]!;
    const own = near.transport.getExtraInfo("sockname") as NetAddress;
    assertEquals(own.hostname, "127.0.0.7");
    assertEquals(
      { ...far.transport.getExtraInfo("peername") },
      { ...own },
    );
    near.transport.write("from here");
    near.transport.close();
    await far.seen("lost");
    assertEquals(far.text, "from here");
    server.close();
    await server.waitClosed();
  }));

Deno.test("createConnection() wants a local address of the same family, and ours (C4)", () =>
  real(async () => {
    const wrong = { hostname: "::1", port: 0 };
    await assertRejects(
      () => connect(1, { localAddr: wrong }),
      RangeError,
      "no local address for IPv4",
    );
    const absent = { hostname: "192.0.2.1", port: 0 };
    await assertRejects(() => connect(1, { localAddr: absent }), Error);
  }));

Deno.test("createConnection() resets on abort() if told to", () =>
  real(async () => {
    const { server, port, recorders, door } = await startRecording();
    const near = await connect(port, { resetOnAbort: true });
    await door.seen("made");
    near.transport.abort();
    const far = recorders[0]!;
    await far.seen("lost");
    assert(far.error instanceof Deno.errors.ConnectionReset, `${far.error}`);
    server.close();
    await server.waitClosed();
  }));

Deno.test("createConnection() by node:net fails as Deno does, and can be given up", () =>
  real(async () => {
    const reset = { resetOnAbort: true };
    const refused = await assertRejects(
      () => connect(closedPort(), reset),
      Deno.errors.ConnectionRefused,
    );
    assertEquals((refused as { code?: string }).code, "ECONNREFUSED");
    using full = await listenFull();
    const task = createTask(() => connect(full.port, reset));
    await sleep(0.02);
    task.cancel();
    await assertRejects(() => Promise.resolve(task), CancelledError);
    const signal = AbortSignal.timeout(20);
    await assertRejects(
      () => connect(full.port, { ...reset, signal }),
      DOMException,
    );
  }));

Deno.test("createServer() shares a port if told to", () =>
  real(async () => {
    const one = await startRecording({ reusePort: true });
    const loop = currentLoop();
    const two = await loop.createServer(
      () => new Recorder(),
      "127.0.0.1",
      one.port,
      { reusePort: true },
    );
    assertEquals((two.sockets[0] as NetAddress).port, one.port);
    await assertRejects(
      () => loop.createServer(() => ({}), "127.0.0.1", one.port),
      Deno.errors.AddrInUse,
    );
    for (const server of [one.server, two]) {
      server.close();
      await server.waitClosed();
    }
  }));

Deno.test("createServer() by node:net fails where the port is in use", () =>
  real(async () => {
    const { server, port } = await startRecording();
    await assertRejects(
      () =>
        currentLoop().createServer(
          () => ({}),
          ["127.0.0.2", "127.0.0.1"],
          port,
          { resetOnAbort: true },
        ),
      Deno.errors.AddrInUse,
    );
    server.close();
    await server.waitClosed();
  }));

Deno.test("createServer() by node:net resets the clients that it aborts", () =>
  real(async () => {
    const { server, port, door } = await startRecording({ resetOnAbort: true });
    const near = await connect(port, {});
    await door.seen("made");
    server.close();
    server.abortClients();
    await near.seen("lost");
    assert(near.error instanceof Deno.errors.ConnectionReset, `${near.error}`);
    await server.waitClosed();
  }));
