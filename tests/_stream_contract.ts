/**
 * What every kind of connection must do, as tests to be run against each kind
 * of byte channel: rules P1-P16 of asyncio's transports.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import type { ExceptionHandlerContext } from "../loop/exception_handler.ts";
import { NotImplementedError, RuntimeError } from "../loop/errors.ts";
import { sleep } from "../loop/sleep.ts";
import { currentTask } from "../loop/tasks.ts";
import {
  BufferedProtocol,
  type StreamProtocol,
} from "../transports/protocols.ts";
import { testStreamCancellation } from "./_stream_cancel_contract.ts";
import { describeReport, real } from "./transports/_real.ts";
import { Recorder } from "./transports/_recorder.ts";

/** A kind of connection. */
export interface ContractSubject {
  /** As it stands in the names of the tests. */
  readonly name: string;
  /** Whether one direction can be closed alone. */
  readonly canHalfClose: boolean;
  /** Whether `abort()` makes the peer see an error. */
  readonly canReset: boolean;
  /** The high-water mark of writing to begin with, by default 65536. */
  readonly highWater?: number;
  /** Connects two protocols; both have been told when it is done. */
  connect(near: StreamProtocol, far: StreamProtocol): Promise<void>;
  /** Waits for what the system still does when both connections are gone. */
  settle?(): Promise<unknown>;
}

/** More than any kernel object holds without a reader. */
const MUCH = 16 << 20;

/** Bytes that tell their place. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
}

/** Tells whether an event is about flow control. */
function isFlow(event: string): boolean {
  return event === "pause" || event === "resume";
}

/** Lets bytes go from `from` to `to` and so everything sent before arrive. */
async function roundTrip(from: Recorder, to: Recorder): Promise<void> {
  const expected = to.length + 1;
  from.transport.write(".");
  await to.until(() => to.length >= expected);
}

/** Takes the reports that were expected out of the list. */
function takeReports(reports: ExceptionHandlerContext[]): string[] {
  return reports.splice(0).map(describeReport);
}

/** Defines the tests of the contract for a kind of connection. */
export function testStreamContract(subject: ContractSubject): void {
  testStreamCancellation(subject);

  function contract(
    what: string,
    body: (
      near: Recorder,
      far: Recorder,
      reports: ExceptionHandlerContext[],
    ) => Promise<void>,
  ): void {
    Deno.test(`${subject.name} transport ${what}`, () =>
      real(async (reports) => {
        const near = new Recorder();
        const far = new Recorder();
        await subject.connect(near, far);
        try {
          await body(near, far, reports);
        } finally {
          near.transport.abort();
          far.transport.abort();
          await near.seen("lost");
          await far.seen("lost");
          await subject.settle?.();
        }
      }));
  }

  contract("delivers bytes in order, both ways at once", async (near, far) => {
    const bytes = pattern(1 << 20);
    near.transport.write(bytes);
    far.transport.write(bytes);
    await near.until(() => near.length === bytes.length);
    await far.until(() => far.length === bytes.length);
    assertEquals(near.bytes, bytes);
    assertEquals(far.bytes, bytes);
  });

  contract(
    "sends text as UTF-8, several pieces and nothing",
    async (near, far) => {
      near.transport.write("größer ");
      near.transport.write("");
      near.transport.write(new Uint8Array());
      near.transport.writelines(["als ", new Uint8Array([48]), ""]);
      near.transport.writelines([]);
      await far.until(() => far.length === 14);
      assertEquals(far.text, "größer als 0");
    },
  );

  contract("refuses to write anything else", async (near) => {
    for (const wrong of [null, undefined, 1, {}, [1], new ArrayBuffer(1)]) {
      assertThrows(() => near.transport.write(wrong as string), TypeError);
      assertThrows(
        () => near.transport.writelines([wrong as string]),
        TypeError,
      );
    }
    await Promise.resolve();
    assertEquals(near.transport.getWriteBufferSize(), 0);
  });

  contract(
    "is told of the connection first and of its loss last (P1)",
    async (near, far) => {
      far.transport.write("x");
      await near.seen("data");
      near.transport.close();
      await near.seen("lost");
      await far.seen("lost");
      assertEquals(near.events, ["made", "data", "lost"]);
      assertEquals(far.events, ["made", "eof", "lost"]);
      assertEquals([near.error, far.error], [null, null]);
    },
  );

  Deno.test(`${subject.name} transport hands out no bytes before connectionMade (P2)`, () =>
    real(async () => {
      const near = new Recorder();
      const far = new Recorder();
      far.on = (event) => {
        if (event === "made") far.transport.write("early");
      };
      await subject.connect(near, far);
      await near.until(() => near.length === 5);
      assertEquals(near.events, ["made", "data"]);
      near.transport.close();
      await far.seen("lost");
    }));

  contract("sends what waits before it closes (P4)", async (near, far) => {
    const bytes = pattern(4 << 20);
    near.transport.write(bytes);
    near.transport.close();
    assert(near.transport.isClosing());
    near.transport.close();
    await far.seen("lost");
    await near.seen("lost");
    assertEquals(far.bytes, bytes);
    assertEquals(near.events.filter((event) => event === "lost"), ["lost"]);
  });

  contract("hands out nothing after close() (P4)", async (near, far) => {
    far.transport.pauseReading();
    near.transport.write(new Uint8Array(MUCH));
    near.transport.close();
    far.transport.write("too late");
    while (far.transport.getWriteBufferSize() > 0) await sleep(0);
    far.transport.abort();
    await near.seen("lost");
    assert(!near.events.includes("data"));
  });

  contract("drops what waits when it is aborted (P4)", async (near, far) => {
    far.transport.pauseReading();
    near.transport.write(new Uint8Array(MUCH));
    near.transport.abort();
    assert(near.transport.isClosing());
    near.transport.abort();
    assertEquals(near.events.includes("lost"), false, "P3: through the loop");
    await near.seen("lost");
    assertEquals(near.error, null);
    assertEquals(near.transport.getWriteBufferSize(), 0);
    far.transport.resumeReading();
    await far.seen("lost");
    assert(far.length < MUCH);
  });

  if (subject.canReset) {
    contract(
      "lets the peer of an aborted one see a reset",
      async (near, far) => {
        far.transport.abort();
        await near.seen("lost");
        assert(
          near.error instanceof Deno.errors.ConnectionReset,
          `${near.error}`,
        );
        assertEquals(near.events, ["made", "lost"]);
      },
    );
  }

  if (subject.canHalfClose) {
    contract(
      "closes one direction and leaves the other open (P7, P8)",
      async (near, far) => {
        const bytes = pattern(1 << 20);
        far.keepOpen = true;
        assert(near.transport.canWriteEof());
        near.transport.write(bytes);
        near.transport.writeEof();
        near.transport.writeEof();
        await far.seen("eof");
        assertEquals(far.bytes, bytes);
        assert(!far.transport.isClosing());
        far.transport.write(bytes);
        far.transport.close();
        await near.seen("lost");
        assertEquals(near.bytes, bytes);
        const events = near.events.filter((event) => !isFlow(event));
        assertEquals(events, ["made", "data", "eof", "lost"]);
      },
    );

    contract("refuses to write after writeEof() (P7)", async (near, far) => {
      near.transport.writeEof();
      assertThrows(() => near.transport.write("x"), RuntimeError, "writeEof");
      assertThrows(() => near.transport.writelines(["x"]), RuntimeError);
      await far.seen("eof");
    });
  } else {
    contract("says that it cannot be half closed", (near) => {
      assertEquals(near.transport.canWriteEof(), false);
      assertThrows(() => near.transport.writeEof(), NotImplementedError);
      return Promise.resolve();
    });
  }

  contract(
    "closes itself at the end unless told to stay (P8)",
    async (near, far) => {
      near.transport.close();
      await far.seen("lost");
      assertEquals(far.events, ["made", "eof", "lost"]);
      assertEquals(far.error, null);
    },
  );

  contract(
    "hands out nothing while reading is paused (P11)",
    async (near, far) => {
      far.transport.pauseReading();
      far.transport.pauseReading();
      assertEquals(far.transport.isReading(), false);
      near.transport.write("one");
      await roundTrip(far, near);
      near.transport.write("two");
      await roundTrip(far, near);
      assertEquals(far.events, ["made"]);
      far.transport.resumeReading();
      far.transport.resumeReading();
      assert(far.transport.isReading());
      assertEquals(far.events, ["made"], "not from within resumeReading()");
      await far.until(() => far.length === 6);
      assertEquals(far.text, "onetwo");
    },
  );

  contract(
    "stops the peer while reading is paused (P11)",
    async (near, far) => {
      far.transport.pauseReading();
      near.transport.write(new Uint8Array(MUCH));
      await roundTrip(far, near);
      assert(near.transport.getWriteBufferSize() > 0);
      assertEquals(far.length, 0);
      far.transport.resumeReading();
      await far.until(() => far.length === MUCH);
      while (near.transport.getWriteBufferSize() > 0) await sleep(0);
    },
  );

  contract("can be paused from within dataReceived()", async (near, far) => {
    far.on = (event) => {
      if (event === "data") far.transport.pauseReading();
    };
    const bytes = pattern(1 << 20);
    near.transport.write(bytes);
    while (far.length < bytes.length) {
      const { length } = far;
      await far.until(() => far.length > length);
      await roundTrip(far, near);
      const { length: chunks } = far.chunks;
      await roundTrip(far, near);
      assertEquals(far.chunks.length, chunks);
      far.transport.resumeReading();
    }
    assertEquals(far.bytes, bytes);
  });

  contract(
    "pauses writing over the high-water mark, strictly (P9)",
    async (near, far) => {
      far.transport.pauseReading();
      near.transport.setWriteBufferLimits(2 * MUCH);
      near.transport.write(new Uint8Array(MUCH));
      await roundTrip(far, near);
      const size = near.transport.getWriteBufferSize();
      near.transport.setWriteBufferLimits(size, 1000);
      assertEquals(near.transport.getWriteBufferLimits(), [1000, size]);
      assert(!near.events.includes("pause"));
      near.transport.write("x");
      assert(near.events.includes("pause"), "from within write()");
      near.transport.write("x");
      let sizeAtResume = Infinity;
      near.on = (event) => {
        if (event === "resume") {
          sizeAtResume = near.transport.getWriteBufferSize();
        }
      };
      far.transport.resumeReading();
      await near.seen("resume");
      assert(sizeAtResume <= 1000, `${sizeAtResume}`);
      const calls = near.events.filter(isFlow);
      assertEquals(calls, ["pause", "resume"]);
    },
  );

  contract("checks and completes the water marks (P10)", (near) => {
    const { transport } = near;
    const { highWater = 65536 } = subject;
    assertEquals(transport.getWriteBufferLimits(), [highWater / 4, highWater]);
    transport.setWriteBufferLimits(1000);
    assertEquals(transport.getWriteBufferLimits(), [250, 1000]);
    transport.setWriteBufferLimits(null, 300);
    assertEquals(transport.getWriteBufferLimits(), [300, 1200]);
    transport.setWriteBufferLimits(0);
    assertEquals(transport.getWriteBufferLimits(), [0, 0]);
    assertThrows(() => transport.setWriteBufferLimits(1, 2), RangeError);
    assertThrows(() => transport.setWriteBufferLimits(1, -1), RangeError);
    return Promise.resolve();
  });

  contract(
    "counts what a writer that ignores pauses has written, and loses nothing",
    async (near, far) => {
      const piece = pattern(64 << 10);
      const count = MUCH / piece.length;
      far.transport.pauseReading();
      for (let i = 0; i < count; i++) near.transport.write(piece);
      assertEquals(near.transport.getWriteBufferSize(), MUCH);
      await roundTrip(far, near);
      assert(near.transport.getWriteBufferSize() > 0);
      far.transport.resumeReading();
      await far.until(() => far.length === MUCH);
      const { bytes } = far;
      for (let i = 0; i < count; i++) {
        const start = i * piece.length;
        assertEquals(bytes.subarray(start, start + piece.length), piece);
      }
    },
  );

  contract(
    "puts small pieces that wait together in order",
    async (near, far) => {
      far.transport.pauseReading();
      near.transport.write(new Uint8Array(MUCH));
      const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`);
      for (const line of lines) near.transport.write(line);
      near.transport.write(new Uint8Array(100_000).fill(42));
      near.transport.write("end");
      far.transport.resumeReading();
      const text = lines.join("") + "*".repeat(100_000) + "end";
      await far.until(() => far.length === MUCH + text.length);
      assertEquals(new TextDecoder().decode(far.bytes.subarray(MUCH)), text);
    },
  );

  contract("sends bytes as they were when written", async (near, far) => {
    far.transport.pauseReading();
    const sizes = [100, MUCH, 50_000, 100, 20_000, 300_000];
    for (const size of sizes) {
      const bytes = pattern(size);
      near.transport.write(bytes);
      bytes.fill(0);
    }
    far.transport.resumeReading();
    const total = sizes.reduce((sum, size) => sum + size, 0);
    await far.until(() => far.length === total);
    let start = 0;
    for (const size of sizes) {
      assertEquals(far.bytes.subarray(start, start += size), pattern(size));
    }
  });

  contract("hands out bytes that may be kept", async (near, far) => {
    const sent: Uint8Array[] = [];
    for (let i = 0; i < 300; i++) {
      sent.push(new Uint8Array(1 + i * 7).fill(i));
      near.transport.write(sent.at(-1)!);
      const total = sent.reduce((sum, { length }) => sum + length, 0);
      await far.until(() => far.length === total);
    }
    let start = 0;
    for (const bytes of sent) {
      assertEquals(far.bytes.subarray(start, start += bytes.length), bytes);
    }
  });

  contract(
    "drops writes to a lost connection, and logs from the fifth on (P6)",
    async (near) => {
      near.transport.abort();
      await near.seen("lost");
      const warnings: unknown[] = [];
      const { warn } = console;
      console.warn = (...args: unknown[]) => warnings.push(args);
      try {
        for (let i = 0; i < 6; i++) near.transport.write("x");
      } finally {
        console.warn = warn;
      }
      assertEquals(
        warnings,
        Array(2).fill(["socket.send() raised exception."]),
      );
      assertEquals(near.transport.getWriteBufferSize(), 0);
    },
  );

  contract(
    "can change its protocol between plain and buffered (P14)",
    async (near, far) => {
      const other = new Collector(1000);
      near.transport.write("first");
      await far.until(() => far.length === 5);
      far.transport.setProtocol(other);
      assertEquals(far.transport.getProtocol(), other);
      near.transport.write(pattern(5000));
      await other.filled(5000);
      assertEquals(other.bytes, pattern(5000));
      far.transport.setProtocol(far);
      near.transport.write("again");
      await far.until(() => far.length === 10);
      assertEquals(far.text, "firstagain");
    },
  );

  Deno.test(`${subject.name} transport reads into the buffer of a protocol (P15)`, () =>
    real(async () => {
      const near = new Recorder();
      const far = new Collector(1234);
      await subject.connect(near, far);
      const bytes = pattern(100_000);
      near.transport.write(bytes);
      near.transport.close();
      await far.filled(bytes.length);
      assertEquals(far.bytes, bytes);
      await near.seen("lost");
      await far.lost;
    }));

  for (const [method, failing] of failingProtocols()) {
    Deno.test(`${subject.name} transport ends when ${method}() fails (P12)`, () =>
      real(async (reports) => {
        const near = new Recorder();
        const { promise, resolve } = Promise.withResolvers<Error | null>();
        const far = { ...failing, connectionLost: resolve };
        await subject.connect(near, far);
        near.transport.write("x");
        near.transport.close();
        const error = await promise;
        assertEquals(error?.message, MESSAGES[method] ?? "boom");
        const [report] = reports;
        assertEquals(report?.protocol, far);
        assert(report?.transport);
        assertEquals(takeReports(reports), [
          `Fatal error: protocol.${method}() call failed.: ${error}`,
        ]);
        await near.seen("lost");
      }));
  }

  contract(
    "survives that pauseWriting() and resumeWriting() fail (P9)",
    async (near, far, reports) => {
      near.on = (event) => {
        if (isFlow(event)) throw new Error("boom");
      };
      near.transport.write(new Uint8Array(MUCH));
      await far.until(() => far.length === MUCH);
      await roundTrip(far, near);
      assertEquals(takeReports(reports), [
        "protocol.pause_writing() failed: Error: boom",
        "protocol.resume_writing() failed: Error: boom",
      ]);
    },
  );

  Deno.test(`${subject.name} transport calls back outside any task, in the context it was made in`, () =>
    real(async () => {
      const storage = new AsyncLocalStorage<string>();
      const near = new Recorder();
      const far = new Recorder();
      const seen = new Set<string>();
      far.keepOpen = subject.canHalfClose;
      far.on = (event) => {
        const place = `${storage.getStore()} ${currentTask()}`;
        if (place !== "made here null") seen.add(`${event}: ${place}`);
      };
      await storage.run("made here", () => subject.connect(near, far));
      await storage.run("used here", async () => {
        far.transport.pauseReading();
        near.transport.write("x");
        far.transport.resumeReading();
        await far.seen("data");
        far.transport.write(new Uint8Array(MUCH));
        await far.seen("resume");
        // Closing with bytes unread would be a reset on a Unix socket.
        await near.until(() => near.length === MUCH);
        near.transport.close();
        await far.seen("eof");
        far.transport.close();
        await far.seen("lost");
      });
      const wanted = ["made", "data", "pause", "resume", "eof", "lost"];
      assertEquals(far.events, wanted);
      assertEquals([...seen], []);
    }));

  contract("is gone at the end of an await using block", async (near, far) => {
    {
      await using transport = near.transport;
      transport.write("last words");
    }
    assertEquals(near.events.at(-1), "lost");
    await far.seen("lost");
    assertEquals(far.text, "last words");
  });

  contract(
    "ends nowhere when closed in connectionLost()",
    async (near, far) => {
      near.on = () => {
        near.transport.close();
        near.transport.abort();
        near.transport.pauseReading();
        near.transport.resumeReading();
        if (subject.canHalfClose) near.transport.writeEof();
      };
      far.transport.close();
      await near.seen("lost");
      assertEquals(near.events, ["made", "eof", "lost"]);
    },
  );
}

/** A buffered protocol that collects what it receives. */
class Collector extends BufferedProtocol {
  readonly #buffer: Uint8Array;
  #pieces: number[] = [];
  #wanted = Infinity;
  #filled = Promise.withResolvers<void>();
  readonly #lost = Promise.withResolvers<void>();

  constructor(size: number) {
    super();
    this.#buffer = new Uint8Array(size);
  }

  override getBuffer(sizeHint: number): Uint8Array {
    assert(sizeHint === -1 || sizeHint > 0);
    return this.#buffer;
  }

  override bufferUpdated(count: number): void {
    this.#pieces.push(...this.#buffer.subarray(0, count));
    if (this.#pieces.length >= this.#wanted) this.#filled.resolve();
  }

  override connectionLost(): void {
    this.#lost.resolve();
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#pieces);
  }

  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  async filled(length: number): Promise<void> {
    this.#wanted = length;
    if (this.#pieces.length < length) await this.#filled.promise;
    this.#filled = Promise.withResolvers<void>();
  }
}

const MESSAGES: Record<string, string> = {
  get_buffer: "get_buffer() returned an empty buffer",
};

/** Protocols that fail in one method each, by asyncio's name of it. */
function* failingProtocols(): Generator<[string, StreamProtocol]> {
  const fail = () => {
    throw new Error("boom");
  };
  yield ["data_received", { dataReceived: fail }];
  yield ["eof_received", { eofReceived: fail }];
  yield ["get_buffer", { getBuffer: () => new Uint8Array() }];
  yield ["buffer_updated", {
    getBuffer: () => new Uint8Array(10),
    bufferUpdated: fail,
  }];
}
