import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { Coroutine } from "../../loop/coroutines.ts";
import {
  CancelledError,
  IncompleteReadError,
  LimitOverrunError,
  NotImplementedError,
  RuntimeError,
  TimeoutError,
} from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { StreamReader } from "../../streams/stream_reader.ts";
import type { ReadTransport } from "../../transports/transports.ts";
import { iterations, testInBothStyles, virtual } from "../_support.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** A reader that has received some pieces. */
function readerOf(...pieces: string[]): StreamReader {
  const reader = new StreamReader();
  for (const piece of pieces) reader.feedData(bytes(piece));
  return reader;
}

/** A transport that notes pauses. */
class PausableTransport {
  readonly calls: string[] = [];
  pauseReading(): void {
    this.calls.push("pause");
  }
  resumeReading(): void {
    this.calls.push("resume");
  }
}

function attach(reader: StreamReader): string[] {
  const transport = new PausableTransport();
  reader.setTransport(transport as unknown as ReadTransport);
  return transport.calls;
}

/** The reads, each with what it waits for and what it then gives. */
const READS: Record<
  string,
  { read: (reader: StreamReader) => Coroutine<Uint8Array>; gives: string }
> = {
  "read(3)": { read: (reader) => reader.read(3), gives: "ab\n" },
  "readline()": { read: (reader) => reader.readline(), gives: "ab\n" },
  "readexactly(4)": { read: (reader) => reader.readexactly(4), gives: "ab\nc" },
  'readuntil("c")': { read: (reader) => reader.readuntil("c"), gives: "ab\nc" },
  "read()": { read: (reader) => reader.read(), gives: "ab\ncd" },
};

for (const [name, { read, gives }] of Object.entries(READS)) {
  testInBothStyles(
    `StreamReader.${name} is woken by what it needs`,
    async (style) => {
      const reader = new StreamReader();
      const task = createTask(style.body(() => read(reader)));
      currentLoop().callLater(1, () => reader.feedData(bytes("ab\ncd")));
      currentLoop().callLater(2, () => reader.feedEof());
      assertEquals(text(await task), gives);
      assertEquals(text(await reader.read()), "ab\ncd".slice(gives.length));
    },
  );

  testInBothStyles(
    `StreamReader.${name} does not suspend when everything is there`,
    async (style) => {
      const reader = readerOf("ab\ncd");
      reader.feedEof();
      const order: string[] = [];
      currentLoop().callSoon(() => order.push("callback"));
      const task = createTask(style.body(() => read(reader), (data) => {
        order.push(text(data));
      }));
      await task;
      assertEquals(order, ["callback", gives]);
      const again = createTask(
        style.body(() => reader.read(0), () => {
          order.push("again");
        }),
        { eagerStart: true },
      );
      if (style.name === "generator") assertEquals(order.at(-1), "again");
      await again;
    },
  );

  testInBothStyles(
    `StreamReader.${name} cancelled while waiting loses nothing`,
    async (style) => {
      const reader = new StreamReader();
      const task = createTask(style.body(() => read(reader)));
      await sleep(1);
      reader.feedData(bytes("a"));
      if (name !== "read(3)") {
        await sleep(1);
        task.cancel("enough");
        await assertRejects(() => task, CancelledError, "enough");
      } else assertEquals(text(await task), "a");
      reader.feedData(bytes("b\ncd"));
      reader.feedEof();
      const rest = name === "read(3)" ? "b\ncd" : "ab\ncd";
      assertEquals(text(await reader.read()), rest);
    },
  );

  testInBothStyles(
    `StreamReader.${name} cancelled after being woken loses nothing`,
    async (style) => {
      const reader = new StreamReader();
      const task = createTask(style.body(() => read(reader)));
      await sleep(1);
      reader.feedData(bytes("ab\ncd"));
      reader.feedEof();
      task.cancel();
      await assertRejects(() => task, CancelledError);
      assertEquals(text(await reader.read()), "ab\ncd");
    },
  );

  testInBothStyles(
    `StreamReader.${name} can time out and be tried again`,
    async (style) => {
      const reader = new StreamReader();
      await assertRejects(() => waitFor(read(reader), 1), TimeoutError);
      const task = createTask(style.body(() => read(reader)));
      await sleep(1);
      reader.feedData(bytes("ab\ncd"));
      reader.feedEof();
      assertEquals(text(await task), gives);
    },
  );

  testInBothStyles(
    `StreamReader.${name} fails with the error of the connection (ST6)`,
    async (style) => {
      const reader = new StreamReader();
      const error = new Error("gone");
      const task = createTask(style.body(() => read(reader)));
      await sleep(1);
      reader.setException(error);
      assertStrictEquals(await assertRejects(() => task), error);
      assertStrictEquals(reader.exception(), error);
      const after = readerOf("ab\ncd");
      after.setException(error);
      assertStrictEquals(await assertRejects(() => read(after)), error);
    },
  );

  Deno.test(`StreamReader.${name} refuses to wait beside another task (ST1)`, () =>
    virtual(async () => {
      const reader = new StreamReader();
      const task = createTask(() => reader.readexactly(6));
      await sleep(0);
      await assertRejects(
        () => read(reader),
        RuntimeError,
        "another task is already waiting",
      );
      reader.feedData(bytes("123456"));
      assertEquals(text(await task), "123456", "the first one is not harmed");
    }));
}

Deno.test("StreamReader.read() gives what is there, at most what is asked for (ST2)", () =>
  virtual(async () => {
    const reader = readerOf("hello", " ", "world");
    assertEquals(text(await reader.read(0)), "");
    assertEquals(text(await reader.read(3)), "hel");
    assertEquals(text(await reader.read(100)), "lo world");
    reader.feedEof();
    assertEquals(text(await reader.read(1)), "");
    assertEquals(text(await reader.read()), "");
  }));

Deno.test("StreamReader.read() is not bound by the limit (ST2)", () =>
  virtual(async () => {
    const reader = new StreamReader(2);
    const task = createTask(() => reader.read());
    for (let i = 0; i < 10; i++) {
      await sleep(0);
      reader.feedData(bytes("0123456789"));
    }
    reader.feedEof();
    assertEquals(text(await task), "0123456789".repeat(10));
  }));

Deno.test("StreamReader.readexactly() tells what came instead (ST3)", () =>
  virtual(async () => {
    const reader = readerOf("abc");
    assertEquals(text(await reader.readexactly(0)), "");
    reader.feedEof();
    const error = await assertRejects(
      () => reader.readexactly(4),
      IncompleteReadError,
      "3 bytes read on a total of 4",
    );
    assertEquals([text(error.partial), error.expected], ["abc", 4]);
    assert(reader.atEof());
  }));

Deno.test("StreamReader.readexactly() may exceed the limit (ST3)", () =>
  virtual(async () => {
    const reader = new StreamReader(4);
    const calls = attach(reader);
    const task = createTask(() => reader.readexactly(20));
    for (let i = 0; i < 2; i++) {
      await sleep(0);
      reader.feedData(bytes("0123456789"));
    }
    assertEquals((await task).length, 20);
    assertEquals(calls, ["pause", "resume", "pause", "resume"]);
  }));

Deno.test("StreamReader.readuntil() includes the separator, wherever it is cut (ST4)", () =>
  virtual(async () => {
    for (let cut = 1; cut < 10; cut++) {
      const whole = "head\r\n\r\nbody";
      const reader = new StreamReader();
      const task = createTask(() => reader.readuntil("\r\n\r\n"));
      for (let i = 0; i < whole.length; i += cut) {
        await sleep(0);
        reader.feedData(bytes(whole.slice(i, i + cut)));
      }
      assertEquals(text(await task), "head\r\n\r\n");
      reader.feedEof();
      assertEquals(text(await reader.read()), "body");
    }
  }));

Deno.test("StreamReader.readuntil() takes the match that ends first (ST4)", () =>
  virtual(async () => {
    const reader = readerOf("one;two\r\nthree\nfour");
    const ends = ["\r\n", bytes("\n"), ";"];
    assertEquals(text(await reader.readuntil(ends)), "one;");
    assertEquals(text(await reader.readuntil(ends)), "two\r\n");
    assertEquals(text(await reader.readuntil(ends)), "three\n");
    reader.feedEof();
    const error = await assertRejects(
      () => reader.readuntil(ends),
      IncompleteReadError,
    );
    assertEquals([text(error.partial), error.expected], ["four", null]);
    assert(reader.atEof());
  }));

Deno.test("StreamReader.readuntil() leaves what is over the limit (ST4)", () =>
  virtual(async () => {
    const reader = new StreamReader(3);
    reader.feedData(bytes("abcd;"));
    const found = await assertRejects(
      () => reader.readuntil(";"),
      LimitOverrunError,
      "found after 3 bytes",
    );
    assertEquals(found.consumed, 4);
    assertEquals(text(await reader.readexactly(5)), "abcd;");
    reader.feedData(bytes("abcde-"));
    const missing = await assertRejects(
      () => reader.readuntil("--"),
      LimitOverrunError,
      "not found within 3 bytes",
    );
    assertEquals(missing.consumed, 5);
    reader.feedData(bytes("-abc--"));
    assertEquals(text(await reader.readexactly(7)), "abcde--");
    assertEquals(
      text(await reader.readuntil("--")),
      "abc--",
      "as long as the limit",
    );
  }));

Deno.test("StreamReader.readuntil() refuses separators that are none (ST4)", () =>
  virtual(async () => {
    const reader = readerOf("abc");
    for (const wrong of ["", [], ["a", ""], new Uint8Array()]) {
      await assertRejects(
        async () => await reader.readuntil(wrong),
        RangeError,
      );
    }
    await assertRejects(
      async () => await reader.readuntil(10 as unknown as string),
      TypeError,
    );
  }));

Deno.test("StreamReader.readline() gives a last line without newline (ST5)", () =>
  virtual(async () => {
    const reader = readerOf("one\n\nlast");
    reader.feedEof();
    const lines = [];
    for (let i = 0; i < 5; i++) lines.push(text(await reader.readline()));
    assertEquals(lines, ["one\n", "\n", "last", "", ""]);
  }));

Deno.test("StreamReader.readline() drops a line over the limit (ST5)", () =>
  virtual(async () => {
    const reader = new StreamReader(4);
    reader.feedData(bytes("12345\nabc\n123456"));
    await assertRejects(() => reader.readline(), RangeError, "after 4 bytes");
    assertEquals(text(await reader.readline()), "abc\n");
    await assertRejects(() => reader.readline(), RangeError, "within 4 bytes");
    reader.feedData(bytes("7\nab\n"));
    assertEquals(
      text(await reader.readline()),
      "7\n",
      "the rest of the long line",
    );
    assertEquals(text(await reader.readline()), "ab\n");
  }));

testInBothStyles("StreamReader steps through lines (ST13)", async (style) => {
  const reader = readerOf("a\nb\n");
  reader.feedData(bytes("c"));
  reader.feedEof();
  const lines: string[] = [];
  if (style.name === "generator") {
    await createTask(function* () {
      const iterator = reader[Symbol.asyncIterator]();
      for (;;) {
        const next = yield* iterator.next();
        if (next.done) break;
        lines.push(text(next.value));
      }
    });
  } else for await (const line of reader) lines.push(text(line));
  assertEquals(lines, ["a\n", "b\n", "c"]);
});

Deno.test("StreamReader can be left in the middle of its lines", () =>
  virtual(async () => {
    const reader = readerOf("a\nb\nc\n");
    for await (const line of reader) {
      if (text(line) === "b\n") break;
    }
    assertEquals(text(await reader.readline()), "c\n");
  }));

Deno.test("StreamReader pauses over twice the limit and resumes at the limit (ST7)", () =>
  virtual(async () => {
    const reader = new StreamReader(5);
    const calls = attach(reader);
    reader.feedData(bytes("0123456789"));
    assertEquals(calls, []);
    reader.feedData(bytes("x"));
    assertEquals(calls, ["pause"]);
    reader.feedData(bytes("late"));
    assertEquals(calls, ["pause"]);
    await reader.read(9);
    assertEquals(calls, ["pause"], "6 bytes are left");
    await reader.read(1);
    assertEquals(calls, ["pause", "resume"]);
  }));

Deno.test("StreamReader lets a transport be that cannot be paused (ST7)", () =>
  virtual(async () => {
    const reader = new StreamReader(1);
    let attempts = 0;
    const transport = {
      pauseReading() {
        attempts++;
        throw new NotImplementedError("no");
      },
    };
    reader.setTransport(transport as unknown as ReadTransport);
    reader.feedData(bytes("abc"));
    reader.feedData(bytes("abc"));
    assertEquals(attempts, 1);
    assertEquals(text(await reader.read(10)), "abcabc");
  }));

Deno.test("StreamReader refuses a second transport, bytes after the end, and no limit", () =>
  virtual(() => {
    const reader = new StreamReader();
    attach(reader);
    assertThrows(() => attach(reader), RuntimeError, "already");
    reader.feedEof();
    assertThrows(() => reader.feedData(bytes("x")), RuntimeError, "feedEof()");
    for (const limit of [0, -1, NaN]) {
      assertThrows(() => new StreamReader(limit), RangeError);
    }
    return Promise.resolve();
  }));

Deno.test("StreamReader refuses sizes that are none", () => {
  const reader = new StreamReader();
  for (const wrong of [NaN, "3", null]) {
    assertThrows(() => reader.read(wrong as number), TypeError);
    assertThrows(() => reader.readexactly(wrong as number), TypeError);
  }
  assertThrows(() => reader.readexactly(-1), RangeError);
});

Deno.test("StreamReader keeps its own copy of what it is fed", () =>
  virtual(async () => {
    const reader = new StreamReader();
    const data = bytes("abc");
    reader.feedData(data);
    data.fill(0);
    assertEquals(text(await reader.read(3)), "abc");
  }));

Deno.test("StreamReader tells when everything was read", () =>
  virtual(async () => {
    const reader = readerOf("ab");
    assertEquals(reader.atEof(), false);
    reader.feedEof();
    assertEquals(reader.atEof(), false);
    assertEquals(`${reader}`, "<StreamReader 2 bytes eof>");
    await reader.read(2);
    assertEquals(reader.atEof(), true);
    assertEquals(reader.exception(), null);
  }));

Deno.test("StreamReader reads by two tasks in turn lose and repeat nothing", () =>
  virtual(async () => {
    const reader = new StreamReader();
    const seen: string[] = [];
    const waiting = createTask(async () => {
      seen.push(`waited: ${text(await reader.read(10))}`);
    });
    await sleep(0);
    reader.feedData(bytes("first"));
    seen.push(`took: ${text(await reader.read(10))}`);
    await iterations(3);
    reader.feedData(bytes("second"));
    await waiting;
    assertEquals(seen, ["took: first", "waited: second"]);
  }));

/** Seconds that `work` takes, the best of three. */
async function seconds(work: () => Promise<void>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await work();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1000;
}

Deno.test("StreamReader.readuntil() fed byte by byte takes linear time", () =>
  virtual(async () => {
    const feed = (size: number) => () =>
      virtualFeed(size, (reader) => reader.readuntil("\r\n"));
    await feed(2000)();
    const short = await seconds(feed(8000));
    const long = await seconds(feed(64_000));
    assert(
      long < short * 8 * 4,
      `${short} s, then ${long} s for 8 times as much`,
    );
  }));

/** Feeds a piece byte by byte, each in memory of its own. */
async function virtualFeed(
  size: number,
  read: (reader: StreamReader) => Coroutine<Uint8Array>,
): Promise<void> {
  const reader = new StreamReader(size);
  const task = createTask(() => read(reader));
  await sleep(0);
  for (let i = 0; i < size; i++) {
    reader.feedData(bytes("x"));
    await sleep(0);
  }
  reader.feedData(bytes("\r\n"));
  assertEquals((await task).length, size + 2);
}
