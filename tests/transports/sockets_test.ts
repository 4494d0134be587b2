import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CancelledError, NotImplementedError } from "../../loop/errors.ts";
import { gather } from "../../loop/gather.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { openDatagramEndpoint } from "../../streams/datagram_endpoint.ts";
import { closedPort, listenFull } from "./_tcp.ts";
import { real } from "./_real.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };

interface Pair extends Disposable {
  readonly near: Deno.Conn;
  readonly far: Deno.Conn;
}

/** Connects two sockets with nothing but the methods under test. */
async function pair(): Promise<Pair> {
  const loop = currentLoop();
  const listener = Deno.listen(LOCAL);
  const [near, [far, address]] = await gather(
    loop.sockConnect(listener.addr),
    loop.sockAccept(listener),
  );
  assertEquals({ ...address }, { ...near.localAddr });
  listener.close();
  return {
    near,
    far,
    [Symbol.dispose]() {
      near.close();
      far.close();
    },
  };
}

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

Deno.test("sockConnect(), sockAccept(), sockSendall() and sockRecv() talk", () =>
  real(async () => {
    using sockets = await pair();
    const { near, far } = sockets;
    const loop = currentLoop();
    await loop.sockSendall(near, "hello");
    assertEquals(text(await loop.sockRecv(far, 100)), "hello");
    await loop.sockSendall(far, new Uint8Array([1, 2, 3]));
    assertEquals(await loop.sockRecv(near, 2), new Uint8Array([1, 2]));
    assertEquals(await loop.sockRecv(near, 2), new Uint8Array([3]));
    assertEquals(await loop.sockRecv(near, 0), new Uint8Array());
    await near.closeWrite();
    assertEquals(await loop.sockRecv(far, 1), new Uint8Array());
  }));

Deno.test("sockConnect() connects to Unix sockets, and fails as Deno does", () =>
  real(async () => {
    const loop = currentLoop();
    await assertRejects(
      () => loop.sockConnect({ ...LOCAL, port: closedPort() }),
      Deno.errors.ConnectionRefused,
    );
    await assertRejects(
      () => loop.sockConnect({ path: "/no/such/socket" }),
      Deno.errors.NotFound,
    );
    using full = await listenFull();
    const signal = AbortSignal.timeout(20);
    await assertRejects(
      () => loop.sockConnect({ ...LOCAL, port: full.port }, { signal }),
      DOMException,
    );
  }));

Deno.test("sockRecv() loses nothing when it is cancelled", () =>
  real(async () => {
    using sockets = await pair();
    const { near, far } = sockets;
    const loop = currentLoop();
    for (let i = 0; i < 3; i++) {
      const task = createTask(loop.sockRecv(far, 4));
      await sleep(0);
      task.cancel();
      await assertRejects(() => Promise.resolve(task), CancelledError);
    }
    await loop.sockSendall(near, "0123456789");
    assertEquals(text(await loop.sockRecv(far, 2)), "01");
    assertEquals(text(await loop.sockRecv(far, 100)), "23");
    assertEquals(text(await loop.sockRecv(far, 100)), "456789");
  }));

Deno.test("sockAccept() keeps the connection that comes when nobody waits", () =>
  real(async () => {
    const loop = currentLoop();
    const listener = Deno.listen(LOCAL);
    const given = createTask(loop.sockAccept(listener));
    await sleep(0);
    given.cancel();
    await assertRejects(() => Promise.resolve(given), CancelledError);
    const near = await loop.sockConnect(listener.addr);
    const [far] = await loop.sockAccept(listener);
    assertEquals(far.remoteAddr, near.localAddr);
    near.close();
    far.close();
    const waiting = createTask(loop.sockAccept(listener));
    await sleep(0);
    listener.close();
    await assertRejects(
      () => Promise.resolve(waiting),
      Deno.errors.BadResource,
    );
  }));

Deno.test("sockRecvInto() fills a buffer", () =>
  real(async () => {
    using sockets = await pair();
    const { near, far } = sockets;
    const loop = currentLoop();
    const buffer = new Uint8Array(4);
    await loop.sockSendall(near, "abcdef");
    assertEquals(await loop.sockRecvInto(far, buffer.subarray(1)), 3);
    assertEquals(buffer, new Uint8Array([0, 97, 98, 99]));
    assertEquals(await loop.sockRecvInto(far, buffer), 3);
  }));

Deno.test("sockSendall() sends all, in the order of the calls", () =>
  real(async () => {
    using sockets = await pair();
    const { near, far } = sockets;
    const loop = currentLoop();
    const pieces = [1, 2, 3].map((n) => new Uint8Array(3 << 20).fill(n));
    const sending = gather(
      ...pieces.map((piece) => loop.sockSendall(near, piece)),
    );
    const seen: number[] = [];
    for (let length = 0; length < 9 << 20;) {
      const data = await loop.sockRecv(far, 1 << 20);
      length += data.length;
      for (const byte of [data[0]!, data.at(-1)!]) {
        if (seen.at(-1) !== byte) seen.push(byte);
      }
    }
    await sending;
    assertEquals(seen, [1, 2, 3]);
  }));

Deno.test("sockSendall() stops when it is cancelled, and what follows stays apart", () =>
  real(async () => {
    using sockets = await pair();
    const { near, far } = sockets;
    const loop = currentLoop();
    const much = new Uint8Array(64 << 20).fill(1);
    const task = createTask(loop.sockSendall(near, much));
    await sleep(0.02);
    task.cancel();
    await assertRejects(() => Promise.resolve(task), CancelledError);
    const after = createTask(loop.sockSendall(near, new Uint8Array([2])));
    let ones = 0;
    for (let last = 1; last === 1;) {
      const data = await loop.sockRecv(far, 1 << 20);
      last = data.at(-1)!;
      ones += data.length;
    }
    await after;
    assert(ones < much.length, `${ones}`);
  }));

Deno.test("sockSendall() fails when the peer is gone", () =>
  real(async () => {
    const { near, far } = await pair();
    const loop = currentLoop();
    far.close();
    await assertRejects(async () => {
      for (let i = 0; i < 100; i++) await loop.sockSendall(near, "x");
    }, Deno.errors.BrokenPipe);
    near.close();
  }));

Deno.test("sockSendto() and sockRecvfrom() send datagrams", () =>
  real(async () => {
    const loop = currentLoop();
    await using near = await openDatagramEndpoint(LOCAL);
    await using far = await openDatagramEndpoint(LOCAL);
    assertEquals(await loop.sockSendto(near, "hello", far.address), 5);
    const [data, address] = await loop.sockRecvfrom(far, 100);
    assertEquals(text(data), "hello");
    assertEquals({ ...address }, { ...near.address });
    await loop.sockSendto(near, "truncated", far.address);
    assertEquals(text((await loop.sockRecvfrom(far, 5))[0]), "trunc");
    const buffer = new Uint8Array(4);
    await loop.sockSendto(near, "into", far.address);
    const [count] = await loop.sockRecvfromInto(far, buffer);
    assertEquals([count, text(buffer)], [4, "into"]);
  }));

Deno.test("sockRecvfrom() loses nothing when it is cancelled", () =>
  real(async () => {
    const loop = currentLoop();
    await using near = await openDatagramEndpoint(LOCAL);
    const task = createTask(loop.sockRecvfrom(near, 9));
    await sleep(0);
    task.cancel();
    await assertRejects(() => Promise.resolve(task), CancelledError);
    await loop.sockSendto(near, "kept", near.address);
    assertEquals(text((await loop.sockRecvfrom(near, 9))[0]), "kept");
  }));

Deno.test("sock methods want natural sizes and bytes", () =>
  real(async () => {
    using sockets = await pair();
    const { near } = sockets;
    const loop = currentLoop();
    for (const size of [-1, 1.5, NaN]) {
      await assertRejects(() => loop.sockRecv(near, size), RangeError);
    }
    const wrong = 1 as unknown as string;
    await assertRejects(() => loop.sockSendall(near, wrong), TypeError);
  }));

Deno.test("addReader() and its like name the loop that will offer them", () =>
  real(async () => {
    const loop = currentLoop();
    const names = ["addReader", "removeReader", "addWriter", "removeWriter"];
    for (const name of names as (keyof typeof loop)[]) {
      const method = loop[name] as () => unknown;
      assertThrows(
        () => method.call(loop),
        NotImplementedError,
        "SelectorEventLoop",
      );
    }
    await sleep(0);
  }));
