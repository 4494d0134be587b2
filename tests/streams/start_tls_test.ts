import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CancelledError, RuntimeError } from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import {
  openChannel,
  openConnection,
  startServer,
} from "../../streams/open.ts";
import type { StreamReader } from "../../streams/stream_reader.ts";
import type {
  ClientConnectedCallback,
} from "../../streams/stream_reader_protocol.ts";
import type { StreamWriter } from "../../streams/stream_writer.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import type { Transport } from "../../transports/transports.ts";
import { STYLES } from "../_support.ts";
import { describeReport, real } from "../transports/_real.ts";
import { client, server, stranger, trusting } from "../transports/_tls.ts";
import { readAnswer, readLine, smtpServer } from "./_smtp.ts";

const encoder = new TextEncoder();

/** Serves on the loopback address while `body` runs. */
async function serving(
  callback: ClientConnectedCallback,
  body: (port: number) => Promise<void>,
  options: { limit?: number } = {},
): Promise<void> {
  const listening = await startServer(callback, "127.0.0.1", 0, options);
  const { port } = listening.sockets[0] as NetAddress;
  try {
    await body(port);
  } finally {
    listening.close();
    await listening.waitClosed();
  }
}

async function talk(
  [reader, writer]: [StreamReader, StreamWriter],
  line: string,
): Promise<string[]> {
  writer.write(`${line}\r\n`);
  return await readAnswer(reader);
}

Deno.test("StreamWriter.startTls() upgrades both ends of an SMTP dialogue (S8)", () =>
  real(async () => {
    const said: string[] = [];
    await serving(smtpServer(said), async (port) => {
      const stream = await openConnection("127.0.0.1", port);
      const [reader, writer] = stream;
      assertEquals(await readAnswer(reader), ["220 mail.example ESMTP"]);
      assertEquals(await talk(stream, "EHLO me"), [
        "250-mail.example",
        "250-STARTTLS",
        "250 SIZE",
      ]);
      assertEquals(await talk(stream, "STARTTLS"), ["220 Go ahead"]);
      const old = writer.transport;
      await writer.startTls(trusting);
      assert(writer.transport !== old);
      assertEquals(writer.getExtraInfo("sslcontext"), trusting);
      assertEquals(writer.canWriteEof(), false);
      assertEquals(await talk(stream, "EHLO me"), [
        "250-mail.example",
        "250 SIZE",
      ]);
      assertEquals(await talk(stream, "NOOP"), ["250 NOOP taken"]);
      assertEquals(await talk(stream, "QUIT"), ["221 Bye"]);
      assertEquals(await reader.read(), new Uint8Array());
      writer.close();
      await writer.waitClosed();
    });
    assertEquals(said, ["ehlo me", "starttls", "EHLO ME", "NOOP", "QUIT"]);
  }));

Deno.test("StreamWriter.startTls() upgrades at a byte, as PostgreSQL does", () =>
  real(async () => {
    const request = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]);
    const callback = async (reader: StreamReader, writer: StreamWriter) => {
      assertEquals(await reader.readexactly(8), request);
      writer.write("S");
      await writer.startTls(server);
      writer.write(await reader.readexactly(5));
      writer.close();
    };
    await serving(callback, async (port) => {
      const [reader, writer] = await openConnection("127.0.0.1", port);
      writer.write(request);
      assertEquals(await reader.readexactly(1), encoder.encode("S"));
      await writer.startTls(trusting);
      writer.write("hello");
      assertEquals(await reader.read(), encoder.encode("hello"));
      writer.close();
    });
  }));

for (const limit of [65536, 16]) {
  Deno.test(`StreamWriter.startTls() finds the handshake that came with the request, limit ${limit} (S7, gh-142352)`, () =>
    real(async () => {
      const callback = async (reader: StreamReader, writer: StreamWriter) => {
        assertEquals(await readLine(reader), "STARTTLS");
        // The client's first message is in the reader by then, which with the
        // low limit has paused its transport.
        await sleep(0.05);
        assert(!`${reader}`.includes("StreamReader>"), `${reader}`);
        await writer.startTls(server);
        writer.write(await reader.readexactly(100));
        writer.close();
      };
      await serving(callback, async (port) => {
        const [reader, writer] = await openConnection("127.0.0.1", port);
        writer.write("STARTTLS\r\n");
        await writer.startTls(trusting);
        writer.write("x".repeat(100));
        assertEquals(await reader.read(), encoder.encode("x".repeat(100)));
        writer.close();
      }, { limit });
    }));
}

Deno.test("StreamWriter.startTls() does not take what was sent in the clear for encrypted", () =>
  real(async (reports) => {
    const injected = "250 you are safe\r\n";
    const callback = async (reader: StreamReader, writer: StreamWriter) => {
      await readLine(reader);
      writer.write(`220 Go ahead\r\n${injected}`);
      await assertRejects(() => writer.startTls(server));
    };
    await serving(callback, async (port) => {
      const stream = await openConnection("127.0.0.1", port);
      const [reader, writer] = stream;
      assertEquals(await talk(stream, "STARTTLS"), ["220 Go ahead"]);
      await sleep(0.02);
      const error = await assertRejects(
        () => writer.startTls(trusting),
        Deno.errors.InvalidData,
        "received corrupt message",
      );
      assert(writer.isClosing());
      assertEquals(await assertRejects(() => reader.read()), error);
      assertEquals(await assertRejects(() => writer.waitClosed()), error);
    });
    assertEquals(reports, []);
  }));

Deno.test("StreamWriter.startTls() does not take commands sent in the clear", () =>
  real(async (reports) => {
    const said: string[] = [];
    await serving(smtpServer(said), async (port) => {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      await conn.write(encoder.encode("STARTTLS\r\nMAIL FROM:<eve>\r\n"));
      const buffer = new Uint8Array(1000);
      try {
        while (await conn.read(buffer) !== null);
      } catch (error) {
        assert(error instanceof Deno.errors.ConnectionReset);
      }
      conn.close();
    });
    assertEquals(said, ["starttls"]);
    assertEquals(reports.splice(0).map(describeReport), [
      "Unhandled exception in client_connected_cb: InvalidData: " +
      "received corrupt message of type InvalidContentType",
    ]);
  }));

Deno.test("StreamWriter.startTls() first sends what was written (S8)", () =>
  real(async () => {
    const size = 1 << 20;
    const callback = async (reader: StreamReader, writer: StreamWriter) => {
      const bytes = await reader.readexactly(size);
      assert(bytes.every((byte) => byte === 46));
      await writer.startTls(server);
      writer.write(await reader.readline());
      writer.close();
    };
    await serving(callback, async (port) => {
      const [reader, writer] = await openConnection("127.0.0.1", port);
      writer.write(new Uint8Array(size).fill(46));
      await writer.startTls(trusting);
      writer.write("after\n");
      assertEquals(await readLine(reader), "after");
      writer.close();
    });
  }));

Deno.test("StreamWriter.startTls() lets nothing be written on its way", () =>
  real(async () => {
    const [near, far] = memoryChannelPair();
    const [, writer] = await openChannel(near);
    const [other, peer] = await openChannel(far);
    const upgrading = createTask(() => writer.startTls(trusting));
    await other.read(1);
    assertThrows(() => writer.write("leak"), RuntimeError, "startTls()");
    assert(writer.isClosing(), "not usable now");
    peer.close();
    await assertRejects(() => upgrading, Deno.errors.ConnectionReset);
  }));

Deno.test("StreamWriter.startTls() serves who waits for bytes meanwhile", () =>
  real(async () => {
    const callback = async (_reader: StreamReader, writer: StreamWriter) => {
      await writer.startTls(server);
      writer.write("for the one who waits\n");
      writer.close();
    };
    await serving(callback, async (port) => {
      const [reader, writer] = await openConnection("127.0.0.1", port);
      const line = createTask(() => readLine(reader));
      await sleep(0);
      await writer.startTls(trusting);
      assertEquals(await line, "for the one who waits");
      writer.close();
    });
  }));

Deno.test("StreamWriter.startTls() feels back-pressure afterwards too", () =>
  real(async () => {
    const size = 8 << 20;
    let most = 0;
    const callback = async (reader: StreamReader, writer: StreamWriter) => {
      await writer.startTls(server);
      for (let sent = 0; sent < size; sent += 65536) {
        writer.write(new Uint8Array(65536));
        await writer.drain();
        most = Math.max(most, writer.transport.getWriteBufferSize());
      }
      writer.close();
      assertEquals(await reader.read(), new Uint8Array());
    };
    await serving(callback, async (port) => {
      const [reader, writer] = await openConnection("127.0.0.1", port);
      await writer.startTls(trusting);
      await sleep(0.1);
      let length = 0;
      for (;;) {
        const bytes = await reader.read(100_000);
        if (bytes.length === 0) break;
        length += bytes.length;
      }
      assertEquals(length, size);
      writer.close();
    });
    assert(most > 100_000, "it did fill up");
    assert(most <= (512 << 10) + 65536, `${most}`);
  }));

Deno.test("StreamWriter.startTls() fails with both ends closed", () =>
  real(async (reports) => {
    const failed: unknown[] = [];
    const callback = async (_reader: StreamReader, writer: StreamWriter) => {
      await writer.startTls(server).catch((error) => failed.push(error));
      await writer.waitClosed().catch((error) => failed.push(error));
    };
    await serving(callback, async (port) => {
      const [, writer] = await openConnection("127.0.0.1", port);
      await assertRejects(
        () => writer.startTls({ ...trusting, caCerts: [stranger] }),
        Deno.errors.InvalidData,
        "UnknownIssuer",
      );
      assert(writer.isClosing());
      await assertRejects(() => writer.waitClosed(), Deno.errors.InvalidData);
      await assertRejects(() => writer.drain());
    });
    assertEquals(failed.length, 2);
    assertEquals(failed[0], failed[1]);
    assertEquals(reports, []);
  }));

Deno.test("StreamWriter.startTls() refuses a client without the server's name (S3)", () =>
  real(async () => {
    const callback = (_reader: StreamReader, writer: StreamWriter) =>
      writer.close();
    await serving(callback, async (port) => {
      const [reader, writer] = await openConnection("127.0.0.1", port);
      await assertRejects(
        () => writer.startTls(true),
        RangeError,
        "Cannot start TLS: serverHostname is needed",
      );
      assertEquals(await reader.read(), new Uint8Array());
      writer.close();
    });
  }));

Deno.test("StreamWriter.startTls() takes its options from the call too", () =>
  real(async () => {
    const callback = async (_reader: StreamReader, writer: StreamWriter) => {
      const ssl = {
        ...server,
        verifyMode: "required",
        caCerts: trusting.caCerts!,
      } as const;
      await writer.startTls(ssl, { sslShutdownTimeout: 1 });
      const certificate = writer.getExtraInfo("peercert") as {
        subject: unknown;
      };
      writer.write(`${JSON.stringify(certificate.subject)}\n`);
      writer.close();
    };
    await serving(callback, async (port) => {
      const [reader, writer] = await openConnection("127.0.0.1", port);
      await writer.startTls(
        { caCerts: trusting.caCerts!, ...client },
        { serverHostname: "localhost", sslHandshakeTimeout: 10 },
      );
      assertEquals(await readLine(reader), '{"CN":"alice"}');
      writer.close();
    });
  }));

for (const style of STYLES) {
  Deno.test(`StreamWriter.startTls() works in both styles (${style.name})`, () =>
    real(async () => {
      const callback = async (reader: StreamReader, writer: StreamWriter) => {
        await createTask(style.body(() => writer.startTls(server)));
        writer.write(await reader.readline());
        writer.close();
      };
      await serving(callback, async (port) => {
        const [reader, writer] = await openConnection("127.0.0.1", port);
        await createTask(style.body(() => writer.startTls(trusting)));
        writer.write("hello\n");
        assertEquals(await readLine(reader), "hello");
        writer.close();
      });
    }));

  Deno.test(`StreamWriter.startTls() closes the connection when cancelled (${style.name})`, () =>
    real(async () => {
      const [near, far] = memoryChannelPair();
      const [, writer] = await openChannel(near);
      const [other, peer] = await openChannel(far);
      const task = createTask(style.body(() => writer.startTls(trusting)));
      await other.read(1);
      task.cancel("enough");
      await assertRejects(() => task, CancelledError, "enough");
      assert(writer.isClosing());
      await writer.waitClosed();
      await other.read();
      assert(other.atEof());
      peer.close();
    }));
}

Deno.test("startTls() of a stream's transport moves its unread bytes too (S7)", () =>
  real(async () => {
    const [near, far] = memoryChannelPair();
    const [, writer] = await openChannel(near);
    const [other, peer] = await openChannel(far);
    const loop = currentLoop();
    const connecting = createTask(() => writer.startTls(trusting));
    await sleep(0.05);
    const transport = peer.transport as Transport;
    const protocol = transport.getProtocol();
    const there = await loop.startTls(transport, protocol, server, {
      serverSide: true,
    });
    await connecting;
    writer.write("moved\n");
    assertEquals(await readLine(other), "moved");
    there.close();
    writer.close();
    await writer.waitClosed();
  }));
