import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ChunkList } from "../../streams/_chunk_list.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(chunk: Uint8Array): string {
  return new TextDecoder().decode(chunk);
}

function listOf(...chunks: string[]): ChunkList {
  const list = new ChunkList();
  for (const chunk of chunks) list.push(bytes(chunk));
  return list;
}

Deno.test("ChunkList.take() takes parts of chunks and whole ones", () => {
  const list = listOf("abc", "de", "fgh");
  assertEquals(list.length, 8);
  assertEquals(text(list.take(1)), "a");
  assertEquals(text(list.take(3)), "bcd");
  assertEquals(text(list.take(0)), "");
  assertEquals(text(list.take(4)), "efgh");
  assertEquals(list.length, 0);
  assertEquals(text(list.take(0)), "");
});

Deno.test("ChunkList.take() copies nothing that lies in one chunk", () => {
  const chunk = bytes("abcdef");
  const list = new ChunkList();
  list.push(chunk);
  assertStrictEquals(list.take(2).buffer, chunk.buffer);
  list.push(chunk);
  list.skip(4);
  assertStrictEquals(list.take(6), chunk);
});

Deno.test("ChunkList joins chunks that lie behind each other in memory", () => {
  const memory = bytes("abcdef");
  const list = new ChunkList();
  for (let i = 0; i < 6; i++) list.push(memory.subarray(i, i + 1));
  list.skip(1);
  const taken = list.take(4);
  assertEquals(text(taken), "bcde");
  assertStrictEquals(taken.buffer, memory.buffer);
});

Deno.test("ChunkList.indexOf() finds patterns across chunks", () => {
  const list = listOf("ab", "c", "", "de", "abcd", "e");
  assertEquals(list.indexOf(bytes("a"), 0), 0);
  assertEquals(list.indexOf(bytes("a"), 1), 5);
  assertEquals(list.indexOf(bytes("bcd"), 0), 1);
  assertEquals(list.indexOf(bytes("eabc"), 0), 4);
  assertEquals(list.indexOf(bytes("de"), 4), 8);
  assertEquals(list.indexOf(bytes("ef"), 0), -1);
  assertEquals(list.indexOf(bytes("x"), 0), -1);
  assertEquals(list.indexOf(bytes("abcdeabcde"), 0), 0);
  assertEquals(list.indexOf(bytes("abcdeabcdef"), 0), -1);
});

Deno.test("ChunkList.indexOf() may look again further back", () => {
  const list = listOf("aa", "ab", "b");
  assertEquals(list.indexOf(bytes("b"), 4), 4);
  assertEquals(list.indexOf(bytes("a"), 0), 0);
  assertEquals(list.indexOf(bytes("aab"), 0), 1);
});

Deno.test("ChunkList agrees with a plain string, whatever is done", () => {
  let seed = 12345;
  const random = (below: number) =>
    (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 300; round++) {
    const list = new ChunkList();
    let model = "";
    for (let step = 0; step < 60; step++) {
      const count = random(model.length + 1);
      switch (random(5)) {
        case 0:
          assertEquals(text(list.take(count)), model.slice(0, count));
          model = model.slice(count);
          break;
        case 1:
          list.skip(count);
          model = model.slice(count);
          break;
        case 2: {
          const pattern = "abaab".slice(random(3), 3 + random(3));
          assertEquals(
            list.indexOf(bytes(pattern), count),
            model.indexOf(pattern, count),
          );
          break;
        }
        case 3:
          assertEquals(list.at(count), bytes(model)[count]);
          break;
        default: {
          const piece = "abaabbaba".slice(0, 1 + random(9));
          list.push(bytes(piece));
          model += piece;
        }
      }
      assertEquals(list.length, model.length);
    }
    list.clear();
    assertEquals(list.length, 0);
  }
});

Deno.test("ChunkList lets go of chunks that were taken", () => {
  const list = new ChunkList();
  for (let i = 0; i < 100_000; i++) {
    list.push(bytes("0123456789"));
    if (i > 10) assertEquals(list.take(10).length, 10);
  }
  assert(list.length === 110);
});
