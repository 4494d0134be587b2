import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { sleep } from "../../loop/sleep.ts";
import { connectChannel } from "../../transports/connect_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import { testStreamContract } from "../_stream_contract.ts";
import { virtual } from "../_support.ts";
import { Recorder } from "./_recorder.ts";

testStreamContract({
  name: "memory",
  canHalfClose: true,
  canReset: true,
  async connect(near, far) {
    const [one, other] = memoryChannelPair();
    await connectChannel(() => far, other);
    await connectChannel(() => near, one);
  },
});

testStreamContract({
  name: "memory (odd capacity)",
  canHalfClose: true,
  canReset: true,
  async connect(near, far) {
    const [one, other] = memoryChannelPair({ capacity: 10_007 });
    await connectChannel(() => far, other);
    await connectChannel(() => near, one);
  },
});

Deno.test("memoryChannelPair() refuses a capacity that is no positive integer", () => {
  for (const capacity of [0, -1, 1.5, NaN]) {
    assertThrows(() => memoryChannelPair({ capacity }), RangeError);
  }
});

Deno.test("memoryChannelPair() takes as much as its capacity and then waits", async () => {
  const [near, far] = memoryChannelPair({ capacity: 4 });
  assertEquals(await near.write(new Uint8Array([1, 2, 3, 4, 5, 6])), 4);
  let written = 0;
  const writing = near.write(new Uint8Array([5, 6])).then((count) =>
    written = count
  );
  await Promise.resolve();
  assertEquals(written, 0);
  const buffer = new Uint8Array(3);
  assertEquals(await far.read(buffer), 3);
  assertEquals(buffer, new Uint8Array([1, 2, 3]));
  assertEquals(await writing, 2);
  assertEquals(await far.read(buffer), 3);
  assertEquals(buffer, new Uint8Array([4, 5, 6]));
});

Deno.test("memoryChannelPair() tells the peer of a close and of a reset", async () => {
  const [near, far] = memoryChannelPair();
  await near.write(new Uint8Array([1]));
  near.close();
  assertEquals(await far.read(new Uint8Array(2)), 1, "what was written stays");
  assertEquals(await far.read(new Uint8Array(2)), null);
  await assertRejects(
    () => far.write(new Uint8Array(1)),
    Deno.errors.BrokenPipe,
  );
  const [one, other] = memoryChannelPair();
  await one.write(new Uint8Array([1]));
  one.reset();
  await assertRejects(
    () => other.read(new Uint8Array(2)),
    Deno.errors.ConnectionReset,
  );
});

Deno.test("memoryChannelPair() works on virtual time", () =>
  virtual(async () => {
    const [one, other] = memoryChannelPair();
    const near = new Recorder();
    const far = new Recorder();
    await connectChannel(() => near, one);
    await connectChannel(() => far, other);
    await sleep(3600);
    near.transport.write("an hour later");
    near.transport.close();
    await far.seen("lost");
    assertEquals(far.text, "an hour later");
  }));
