import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { currentLoop } from "../../loop/running.ts";
import { createTask } from "../../loop/tasks.ts";
import { openChannel } from "../../streams/open.ts";
import { openDatagramEndpoint } from "../../streams/datagram_endpoint.ts";
import { connectChannel } from "../../transports/connect_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import { real } from "./_real.ts";
import { startRecording } from "./_tcp.ts";
import { byDeno, server } from "./_tls.ts";

// What people get wrong, and what they are told. Certificates, and plain
// clients of TLS servers, have tests of their own: tls_*_test.ts.

const plain = () => ({});
const LOCAL = { hostname: "127.0.0.1", port: 0 };
const NOWHERE = "no.such.host.invalid";

/** An error is told by its class and its code, whatever has opened the socket. */
async function assertFails(
  call: () => PromiseLike<unknown>,
  Class: new (message?: string) => Error,
  code: string | undefined,
  text = "",
): Promise<void> {
  const error = await assertRejects(async () => await call(), Class);
  assertEquals((error as { code?: string }).code, code);
  assertStringIncludes(error.message, text);
}

/** Ways to serve, by what listens. */
const SERVING = {
  "Deno": {},
  "TLS": { ssl: server },
  "TLS of Deno": { ssl: { ...server, ...byDeno } },
  "node:net": { resetOnAbort: true },
};

for (const [name, options] of Object.entries(SERVING)) {
  Deno.test(`createServer() fails where the port is in use (${name})`, () =>
    real(async () => {
      const { server: first, port } = await startRecording();
      await assertFails(
        () => currentLoop().createServer(plain, "127.0.0.1", port, options),
        Deno.errors.AddrInUse,
        "EADDRINUSE",
      );
      first.close();
    }));

  Deno.test(`createServer() names a host that does not resolve (${name})`, () =>
    real(() =>
      assertFails(
        () => currentLoop().createServer(plain, NOWHERE, 0, options),
        Error,
        "ENOTFOUND",
        NOWHERE,
      )
    ));

  Deno.test(`createServer() refuses a port that is none (${name})`, () =>
    real(async () => {
      for (const port of [-1, 65536]) {
        await assertFails(
          () => currentLoop().createServer(plain, "127.0.0.1", port, options),
          RangeError,
          undefined,
          String(port),
        );
      }
    }));
}

/** Ways to connect, by what finds the address and opens the socket. */
const CONNECTING = {
  "Deno": {},
  "TLS": { ssl: true },
  "TLS of Deno": { ssl: byDeno },
  "one family": { family: 4 },
  "happy eyeballs": { happyEyeballsDelay: 0.25 },
  "node:net": { localAddr: LOCAL },
} as const;

for (const [name, options] of Object.entries(CONNECTING)) {
  Deno.test(`createConnection() names a host that does not resolve (${name})`, () =>
    real(() =>
      assertFails(
        () => currentLoop().createConnection(plain, NOWHERE, 1, options),
        Error,
        "ENOTFOUND",
        NOWHERE,
      )
    ));

  Deno.test(`createConnection() says that it was refused (${name})`, () =>
    real(async () => {
      const listener = Deno.listen(LOCAL);
      const { port } = listener.addr;
      listener.close();
      await assertFails(
        () => currentLoop().createConnection(plain, "127.0.0.1", port, options),
        Deno.errors.ConnectionRefused,
        "ECONNREFUSED",
      );
    }));
}

Deno.test("sockConnect() names a host that does not resolve", () =>
  real(() =>
    assertFails(
      () => currentLoop().sockConnect({ hostname: NOWHERE, port: 1 }),
      Error,
      "ENOTFOUND",
      NOWHERE,
    )
  ));

Deno.test("createConnection() names a local host that does not resolve", () =>
  real(() =>
    assertFails(
      () =>
        currentLoop().createConnection(plain, "127.0.0.1", 1, {
          localAddr: { hostname: NOWHERE, port: 0 },
        }),
      Error,
      "ENOTFOUND",
      NOWHERE,
    )
  ));

Deno.test("createConnection() fails where its local port is in use", () =>
  real(async () => {
    const { server: first, port } = await startRecording();
    const localAddr = { hostname: "127.0.0.1", port };
    await assertFails(
      () =>
        currentLoop().createConnection(plain, "127.0.0.1", port, { localAddr }),
      Deno.errors.AddrInUse,
      "EADDRINUSE",
    );
    first.close();
  }));

Deno.test("datagram endpoints fail where the port is in use", () =>
  real(async () => {
    await using first = await openDatagramEndpoint(LOCAL);
    await assertFails(
      () => openDatagramEndpoint(first.address),
      Deno.errors.AddrInUse,
      "EADDRINUSE",
    );
  }));

Deno.test("datagram endpoints name a host that does not resolve", () =>
  real(async () => {
    const nowhere = { hostname: NOWHERE, port: 1 };
    for (const addresses of [[nowhere, null], [null, nowhere]] as const) {
      await assertFails(
        () => openDatagramEndpoint(...addresses),
        Error,
        "ENOTFOUND",
        NOWHERE,
      );
    }
  }));

Deno.test("a datagram that is too large fails, and the next one does not", () =>
  real(async () => {
    await using endpoint = await openDatagramEndpoint(LOCAL);
    await assertFails(
      () => endpoint.send(new Uint8Array(65536), endpoint.address),
      Error,
      "EMSGSIZE",
    );
    await endpoint.send("fits", endpoint.address);
    const [data] = await endpoint.receive();
    assertEquals(data.length, 4);
  }));

Deno.test("sendfile() tells how much there was of a file that vanishes", () =>
  real(async () => {
    const size = 8 << 20;
    const path = await Deno.makeTempFile();
    await Deno.truncate(path, size);
    using file = await Deno.open(path);
    const [near, far] = memoryChannelPair();
    const [transport] = await connectChannel(plain, near);
    const [reader, writer] = await openChannel(far);
    const sending = createTask(
      currentLoop().sendfile(transport, file, 0, size),
    );
    const first = await reader.readexactly(1);
    await Deno.truncate(path, 0);
    await Deno.remove(path);
    const reading = createTask(() => reader.read());
    const sent = await sending;
    transport.close();
    const rest = await reading;
    assertEquals(sent, first.length + rest.length);
    assertEquals(sent < size, true, `${sent}`);
    writer.close();
  }));

Deno.test("sendfile() fails with a file that is closed, and leaves the connection", () =>
  real(async () => {
    const path = await Deno.makeTempFile();
    const file = await Deno.open(path);
    await Deno.remove(path);
    file.close();
    const [near, far] = memoryChannelPair();
    const [transport] = await connectChannel(plain, near);
    await assertFails(
      () => currentLoop().sendfile(transport, file),
      Deno.errors.BadResource,
      undefined,
    );
    assertEquals(transport.isClosing(), false);
    transport.close();
    far.close();
  }));
