import { assert, assertEquals, assertNotStrictEquals } from "@std/assert";
import { isInSlab, ReadSlab } from "../../transports/_read_slab.ts";

/** Reads `count` bytes as a transport does; returns them and the room. */
function read(slab: ReadSlab, count: number, fill = 0): [Uint8Array, number] {
  const room = slab.room();
  room.fill(fill, 0, count);
  return [slab.take(count), room.length];
}

Deno.test("ReadSlab hands out pieces behind each other, without a copy", () => {
  const slab = new ReadSlab();
  const [one] = read(slab, 10, 1);
  const [two] = read(slab, 20, 2);
  assertEquals(one, new Uint8Array(10).fill(1));
  assertEquals(two, new Uint8Array(20).fill(2));
  assertEquals(one.buffer, two.buffer);
  assertEquals(two.byteOffset, 10);
});

Deno.test("ReadSlab never writes to a piece that it has handed out", () => {
  const slab = new ReadSlab();
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < 2000; i++) pieces.push(read(slab, 1 + i % 999, i)[0]);
  for (const [i, piece] of pieces.entries()) {
    assertEquals(piece.length, 1 + i % 999);
    assert(piece.every((byte) => byte === (i & 255)));
  }
});

Deno.test("ReadSlab gives the same room again when nothing was read", () => {
  const slab = new ReadSlab();
  assertEquals(slab.room().byteOffset, slab.room().byteOffset);
  assertEquals(slab.room().buffer, slab.room().buffer);
});

Deno.test("ReadSlab grows with what is read, and shrinks when little is", () => {
  const slab = new ReadSlab();
  const [, first] = read(slab, 100);
  assert(first <= 16384, "an idle connection holds little");
  for (let i = 0; i < 5; i++) read(slab, slab.room().length);
  assertEquals(slab.room().length, 256 * 1024);
  for (let i = 0; i < 2000; i++) read(slab, 100);
  assert(slab.room().length <= 16384);
});

Deno.test("ReadSlab always has room for some thousand bytes", () => {
  const slab = new ReadSlab();
  for (let i = 1; i < 3000; i++) {
    assert(slab.room().length >= 4096);
    slab.take(i % 4096 + 1);
  }
});

Deno.test("isInSlab() knows the memory of slabs only", () => {
  const slab = new ReadSlab();
  const [piece] = read(slab, 10);
  assert(isInSlab(piece));
  assert(isInSlab(piece.subarray(1, 2)));
  assert(!isInSlab(piece.slice()));
  assert(!isInSlab(new Uint8Array(piece.buffer.slice(0))));
  assertNotStrictEquals(piece.slice().buffer, piece.buffer);
});
