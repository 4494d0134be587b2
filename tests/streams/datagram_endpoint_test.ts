import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { openDatagramEndpoint } from "../../streams/datagram_endpoint.ts";
import { real } from "../transports/_real.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };

function text([data]: [Uint8Array, unknown]): string {
  return new TextDecoder().decode(data);
}

Deno.test("DatagramEndpoint receives what is sent, until it is closed", () =>
  real(async () => {
    const near = await openDatagramEndpoint(LOCAL);
    await using far = await openDatagramEndpoint(null, near.address);
    const seen: string[] = [];
    const collect = createTask(async () => {
      for await (const datagram of near) {
        seen.push(text(datagram));
        if (seen.length === 3) near.close();
      }
    });
    for (const each of ["a", "", "c"]) await far.send(each);
    await collect;
    assertEquals(seen, ["a", "", "c"]);
    await assertRejects(
      () => Promise.resolve(near.receive()),
      RuntimeError,
      "closed",
    );
    await assertRejects(
      () => Promise.resolve(near.send("x", far.address)),
      RuntimeError,
      "closed",
    );
  }));

Deno.test("DatagramEndpoint.send() throws what the system says of its datagram", () =>
  real(async () => {
    await using near = await openDatagramEndpoint(LOCAL);
    const error = await assertRejects(
      () => Promise.resolve(near.send(new Uint8Array(70_000), near.address)),
      Error,
    );
    assertEquals((error as { code?: string }).code, "EMSGSIZE");
    await assertRejects(() => Promise.resolve(near.send("x")), TypeError);
    await near.send("fits", near.address);
    assertEquals(text(await near.receive()), "fits");
  }));

Deno.test("DatagramEndpoint.receive() loses nothing when it is cancelled", () =>
  real(async () => {
    await using near = await openDatagramEndpoint(LOCAL);
    const first = createTask(near.receive());
    const second = createTask(near.receive());
    await sleep(0);
    first.cancel();
    await near.send("one", near.address);
    assertEquals(text(await second), "one");
    await assertRejects(() => Promise.resolve(first), CancelledError);
  }));

Deno.test("DatagramEndpoint.receive() hands a wake-up on when it is cancelled with it", () =>
  real(async () => {
    await using near = await openDatagramEndpoint(LOCAL);
    const protocol = near.transport.getProtocol();
    const first = createTask(near.receive());
    const second = createTask(near.receive());
    await sleep(0);
    protocol.datagramReceived!(new Uint8Array([49]), near.address);
    first.cancel();
    assertEquals(text(await second), "1");
    await assertRejects(() => Promise.resolve(first), CancelledError);
  }));

Deno.test("DatagramEndpoint drops what arrives beyond its limit", () =>
  real(async () => {
    await using near = await openDatagramEndpoint(LOCAL, null, { limit: 1000 });
    const { datagramReceived } = near.transport.getProtocol();
    const arrive = datagramReceived!.bind(near.transport.getProtocol());
    for (let i = 0; i < 9; i++) arrive(new Uint8Array(136), near.address);
    assertEquals(near.dropped, 4);
    for (let i = 0; i < 5; i++) await near.receive();
    arrive(new Uint8Array(5000), near.address);
    assertEquals((await near.receive())[0].length, 5000, "one always fits");
    await assertRejects(
      () => Promise.resolve(openDatagramEndpoint(LOCAL, null, { limit: 0 })),
      RangeError,
    );
  }));

Deno.test("DatagramEndpoint.send() holds a fast sender back", () =>
  real(async () => {
    await using near = await openDatagramEndpoint(LOCAL);
    await using far = await openDatagramEndpoint(LOCAL);
    for (let i = 0; i < 100; i++) {
      await near.send(new Uint8Array(1000), far.address);
      assert(near.transport.getWriteBufferSize() < 2000);
    }
  }));
