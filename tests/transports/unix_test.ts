import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { run } from "../../loop/runners.ts";
import { currentLoop } from "../../loop/running.ts";
import { createTask } from "../../loop/tasks.ts";
import type { UnixAddress } from "../../transports/byte_channel.ts";
import type { Server } from "../../transports/server.ts";
import type { CreateUnixServerOptions } from "../../transports/unix.ts";
import { createLoop, real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";
import { exists, leaveStaleSocket, withSocketPath } from "./_unix.ts";

const plain = () => ({});

/** Runs `body` on a real loop, with a path to listen on. */
function onSocket(body: (path: string) => Promise<void>): Promise<void> {
  return withSocketPath((path) => real(() => body(path)));
}

function serve(
  path: string,
  options: CreateUnixServerOptions = {},
): PromiseLike<Server> {
  return currentLoop().createUnixServer(plain, path, options);
}

async function end(server: Server): Promise<void> {
  server.close();
  server.abortClients();
  await server.waitClosed();
}

Deno.test("createUnixConnection() talks to createUnixServer()", () =>
  onSocket(async (path) => {
    const loop = currentLoop();
    const far = new Recorder();
    const server = await loop.createUnixServer(() => far, path);
    assertEquals(`${server}`, `<Server ${path}>`);
    const [transport, near] = await loop.createUnixConnection(
      () => new Recorder(),
      path,
    );
    assertStrictEquals(near.transport, transport);
    const peer = transport.getExtraInfo("peername") as UnixAddress;
    assertEquals({ ...peer }, { transport: "unix", path });
    const own = transport.getExtraInfo("sockname") as UnixAddress;
    assertStrictEquals(own.path, null);
    transport.write("over a file");
    transport.close();
    await far.seen("lost");
    assertEquals(far.text, "over a file");
    await end(server);
  }));

Deno.test("createUnixServer() removes its file when it closes (C8)", () =>
  onSocket(async (path) => {
    const server = await serve(path);
    assert(Deno.lstatSync(path).isSocket);
    await end(server);
    assert(!exists(path));
  }));

Deno.test("createUnixServer() can follow a server that was closed just now", () =>
  onSocket(async (path) => {
    (await serve(path)).close();
    const server = await serve(path);
    (await serve(path)).close();
    assert(!exists(path));
    server.close();
    const last = await serve(path);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert(exists(path));
    await end(last);
  }));

Deno.test("createUnixServer() leaves its file behind if told to (C8)", () =>
  onSocket(async (path) => {
    const server = await serve(path, { cleanupSocket: false });
    const { ino } = Deno.lstatSync(path);
    await end(server);
    assertEquals(Deno.lstatSync(path).ino, ino);
    await end(await serve(path));
    assert(!exists(path));
  }));

Deno.test("createUnixServer() replaces a stale socket file (C8)", () =>
  onSocket(async (path) => {
    leaveStaleSocket(path);
    const server = await serve(path);
    const [transport] = await currentLoop().createUnixConnection(plain, path);
    transport.abort();
    await end(server);
  }));

Deno.test("createUnixServer() replaces no file of another kind", () =>
  onSocket(async (path) => {
    await Deno.writeTextFile(path, "precious");
    await assertRejects(() => serve(path), Deno.errors.AddrInUse);
    assertEquals(await Deno.readTextFile(path), "precious");
  }));

Deno.test("createUnixServer() leaves a file alone that has taken the place (C8)", () =>
  onSocket(async (path) => {
    const old = await serve(path);
    const young = await serve(path);
    await end(old);
    const [transport] = await currentLoop().createUnixConnection(plain, path);
    transport.abort();
    await end(young);
    assert(!exists(path));
    const server = await serve(path);
    await Deno.remove(path);
    await Deno.writeTextFile(path, "mine");
    await end(server);
    assertEquals(await Deno.readTextFile(path), "mine");
    assertEquals([...Deno.readDirSync(path.slice(0, -7))].length, 1);
  }));

Deno.test("createUnixServer() bears that its file vanishes", () =>
  onSocket(async (path) => {
    const server = await serve(path);
    await Deno.remove(path);
    await assertRejects(
      () => currentLoop().createUnixConnection(plain, path),
      Deno.errors.NotFound,
    );
    await end(server);
  }));

Deno.test("createUnixServer() takes its file along when the loop closes", () =>
  withSocketPath(async (path) => {
    await run(() => serve(path), { loopFactory: () => createLoop([]) });
    assert(!exists(path));
  }));

Deno.test({
  name: "Unix sockets can have abstract names, which leave no file (C8)",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    real(async () => {
      for (const prefix of ["\0", "@"]) {
        const name = `${prefix}asyncio-${crypto.randomUUID()}`;
        const server = await serve(name);
        const [transport] = await currentLoop().createUnixConnection(
          plain,
          name,
        );
        transport.abort();
        await end(server);
        assert(!exists(name.slice(1)) && !exists(`@${name.slice(1)}`));
      }
    }),
});

Deno.test("createUnixServer() begins to accept when told to", () =>
  onSocket(async (path) => {
    const server = await serve(path, { startServing: false });
    assert(!server.isServing());
    await server.startServing();
    assert(server.isServing());
    assertThrows(
      () => server.port,
      RuntimeError,
      "Cannot tell port: server listens on a Unix socket",
    );
    await end(server);
  }));

Deno.test("createUnixConnection() and createUnixServer() take what is open already", () =>
  onSocket(async (path) => {
    const loop = currentLoop();
    const listener = Deno.listen({ transport: "unix", path });
    const server = await loop.createUnixServer(plain, null, { sock: listener });
    const sock = await Deno.connect({ transport: "unix", path });
    const [transport] = await loop.createUnixConnection(plain, null, { sock });
    assertStrictEquals(transport.getExtraInfo("socket"), sock);
    transport.abort();
    await end(server);
  }));

Deno.test("createUnixConnection() and createUnixServer() want a path or a socket, not both", () =>
  real(async () => {
    const loop = currentLoop();
    const sock = {} as Deno.Conn & Deno.Listener;
    const wrong = [[null, {}, "neither"], ["p", { sock }, "as well"]] as const;
    for (const [path, options, message] of wrong) {
      await assertRejects(
        () => loop.createUnixConnection(plain, path, options),
        RangeError,
        message,
      );
      await assertRejects(
        () => loop.createUnixServer(plain, path, options),
        RangeError,
        message,
      );
    }
  }));

Deno.test("Unix sockets: a path that is too long, or leads nowhere, fails at once", () =>
  real(async () => {
    const loop = currentLoop();
    const open = [
      (path: string) => loop.createUnixConnection(plain, path),
      (path: string) => loop.createUnixServer(plain, path),
    ];
    for (const call of open) {
      const error = await assertRejects(
        () => call(`/tmp/${"x".repeat(200)}`),
        TypeError,
        "path must be shorter",
      );
      assertEquals((error as { code?: string }).code, "EINVAL");
      await assertRejects(
        () => call("/tmp/no-such-folder/socket"),
        Deno.errors.NotFound,
      );
    }
  }));

Deno.test("createUnixConnection() says so when nobody listens", () =>
  onSocket(async (path) => {
    leaveStaleSocket(path);
    await assertRejects(
      () => currentLoop().createUnixConnection(plain, path),
      Deno.errors.ConnectionRefused,
    );
  }));

Deno.test("createUnixConnection() can be cancelled and aborted", () =>
  onSocket(async (path) => {
    const server = await serve(path);
    const loop = currentLoop();
    const task = createTask(() => loop.createUnixConnection(plain, path));
    await Promise.resolve();
    task.cancel();
    await assertRejects(() => Promise.resolve(task), CancelledError);
    const signal = AbortSignal.abort(new Error("not now"));
    await assertRejects(
      () => loop.createUnixConnection(plain, path, { signal }),
      Error,
      "not now",
    );
    await end(server);
  }));
