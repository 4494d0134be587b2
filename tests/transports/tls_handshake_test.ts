import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelledError } from "../../loop/errors.ts";
import type { ExceptionHandlerContext } from "../../loop/exception_handler.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import type { TlsOptions } from "../../transports/tls_options.ts";
import { STYLES } from "../_support.ts";
import { describeReport, real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";
import {
  connectTlsRecorder,
  IMPLEMENTATIONS,
  server,
  startTlsRecording,
  trusting,
} from "./_tls.ts";

/** A TCP server that says nothing unless told to. */
function listenPlain(): { listener: Deno.TcpListener; port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return { listener, port: listener.addr.port };
}

function connectPlain(port: number): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

/** Waits until a peer has closed, with an error or without. */
async function closed(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1000);
  try {
    while (await conn.read(buffer) !== null);
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionReset, `${error}`);
  }
  conn.close();
}

/** Does so after a handshake that was given up: Deno's TLS does not close. */
async function closedIfPossible(
  conn: Deno.Conn,
  { backend }: TlsOptions,
): Promise<void> {
  if (backend === "deno") conn.close();
  else await closed(conn);
}

/** Waits for a report and takes it. */
async function report(reports: ExceptionHandlerContext[]): Promise<string> {
  while (reports.length === 0) await sleep(0.001);
  return describeReport(reports.shift()!);
}

for (const [name, options] of IMPLEMENTATIONS) {
  const ours = { ...server, ...options };
  const theirs = { ...trusting, ...options };

  Deno.test(`${name} TLS: connectionMade() comes after the handshake (S1)`, () =>
    real(async () => {
      await using site = await startTlsRecording(ours);
      const conn = await connectPlain(site.port);
      while (site.recorders.length === 0) await sleep(0.001);
      assertEquals(site.recorders[0]!.events, []);
      const secure = await Deno.startTls(conn, {
        hostname: "localhost",
        caCerts: [...trusting.caCerts!],
      });
      assertEquals(site.recorders[0]!.events, []);
      await secure.handshake();
      await site.recorders[0]!.seen("made");
      secure.close();
      await site.recorders[0]!.seen("lost");
    }));

  Deno.test(`${name} TLS: the two ends agree on a protocol`, () =>
    real(async () => {
      await using site = await startTlsRecording({
        ...ours,
        alpnProtocols: ["h2", "http/1.1"],
      });
      for (
        const [offered, expected] of [
          [["http/1.1"], "http/1.1"],
          [["other", "http/1.1", "h2"], "h2"],
          [undefined, null],
        ] as const
      ) {
        const { transport } = await connectTlsRecorder(site.port, {
          ...theirs,
          ...(offered === undefined ? {} : { alpnProtocols: offered }),
        });
        assertEquals(transport.getExtraInfo("alpn"), expected);
        transport.close();
      }
    }));

  Deno.test(`${name} TLS: a client of a plain server fails, at the call`, () =>
    real(async () => {
      const { listener, port } = listenPlain();
      const accepting = listener.accept();
      const connecting = createTask(() => connectTlsRecorder(port, theirs));
      await sleep(0);
      const conn = await accepting;
      await conn.write(new TextEncoder().encode("220 mail.example ESMTP\r\n"));
      await assertRejects(
        () => connecting,
        Deno.errors.InvalidData,
        "received corrupt message of type InvalidContentType",
      );
      await closed(conn);
      listener.close();
    }));

  Deno.test(`${name} TLS: a plain client is reported, and the server goes on`, () =>
    real(async (reports) => {
      await using site = await startTlsRecording(ours);
      const conn = await connectPlain(site.port);
      await conn.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
      await closed(conn);
      assertEquals(
        await report(reports),
        "SSL handshake failed: InvalidData: " +
          "received corrupt message of type InvalidContentType",
      );
      assertEquals(site.recorders[0]!.events, [], "nothing for the protocol");
      const { transport } = await connectTlsRecorder(site.port, theirs);
      transport.close();
    }));

  Deno.test(`${name} TLS: a client that goes away is reported (S4)`, () =>
    real(async (reports) => {
      await using site = await startTlsRecording(ours);
      (await connectPlain(site.port)).close();
      assertEquals(
        await report(reports),
        "SSL handshake failed: " +
          "ConnectionReset: Connection reset in TLS handshake",
      );
      assertEquals(site.recorders[0]!.events, []);
    }));

  Deno.test(`${name} TLS: a server that goes away fails the call (S4)`, () =>
    real(async () => {
      const { listener, port } = listenPlain();
      const accepting = listener.accept();
      const connecting = createTask(() => connectTlsRecorder(port, theirs));
      await sleep(0);
      const conn = await accepting;
      await conn.read(new Uint8Array(1000));
      conn.close();
      await assertRejects(
        () => connecting,
        Deno.errors.ConnectionReset,
        "Connection reset in TLS handshake",
      );
      listener.close();
    }));

  Deno.test(`${name} TLS: a server that is silent fails the call (S2)`, () =>
    real(async () => {
      const { listener, port } = listenPlain();
      const accepting = listener.accept();
      const ssl = { ...theirs, sslHandshakeTimeout: 0.05 };
      await assertRejects(
        () => connectTlsRecorder(port, ssl),
        Deno.errors.ConnectionAborted,
        "SSL handshake is taking longer than 0.05 seconds: " +
          "aborting the connection",
      );
      await closedIfPossible(await accepting, options);
      listener.close();
    }));

  Deno.test(`${name} TLS: a client that is silent is reported (S2)`, () =>
    real(async (reports) => {
      await using site = await startTlsRecording({
        ...ours,
        sslHandshakeTimeout: 0.05,
      });
      const conn = await connectPlain(site.port);
      const { transport } = await connectTlsRecorder(site.port, theirs);
      while (reports.length === 0) await sleep(0.001);
      await closedIfPossible(conn, options);
      assertEquals(
        await report(reports),
        "SSL handshake failed: ConnectionAborted: SSL handshake is taking " +
          "longer than 0.05 seconds: aborting the connection",
      );
      assertEquals(site.recorders[0]!.events, []);
      assertEquals(site.recorders[1]!.events, ["made"], "it held up nobody");
      transport.close();
    }));

  for (const style of STYLES) {
    Deno.test(`${name} TLS: cancelling the handshake leaves nothing behind (${style.name})`, () =>
      real(async () => {
        const { listener, port } = listenPlain();
        const accepting = listener.accept();
        const recorder = new Recorder();
        const body = style.body(() =>
          currentLoop().createConnection(() => recorder, "127.0.0.1", port, {
            ssl: theirs,
          })
        );
        const task = createTask(body);
        await sleep(0);
        const conn = await accepting;
        await conn.read(new Uint8Array(1000));
        task.cancel("enough");
        await assertRejects(() => task, CancelledError, "enough");
        await closedIfPossible(conn, options);
        assertEquals(recorder.events, []);
        listener.close();
      }));
  }

  Deno.test(`${name} TLS: aborting the signal ends the handshake`, () =>
    real(async () => {
      const { listener, port } = listenPlain();
      const accepting = listener.accept();
      const controller = new AbortController();
      const { signal } = controller;
      const connecting = createTask(() =>
        currentLoop().createConnection(() => ({}), "127.0.0.1", port, {
          ssl: theirs,
          signal,
        })
      );
      await sleep(0);
      const conn = await accepting;
      await conn.read(new Uint8Array(1000));
      controller.abort(new Error("changed my mind"));
      await assertRejects(() => connecting, Error, "changed my mind");
      await closedIfPossible(conn, options);
      listener.close();
    }));

  for (const end of ["closeClients", "abortClients"] as const) {
    Deno.test(`${name} TLS: ${end}() ends handshakes too, without a word (SV3)`, () =>
      real(async () => {
        await using site = await startTlsRecording(ours);
        const conn = await connectPlain(site.port);
        while (site.recorders.length === 0) await sleep(0.001);
        site.server.close();
        site.server[end]();
        await site.server.waitClosed();
        assertEquals(site.recorders[0]!.events, []);
        await closedIfPossible(conn, options);
      }));
  }

  Deno.test(`${name} TLS: the loop ends handshakes when it closes`, async () => {
    let conn: Deno.Conn | null = null;
    await real(async () => {
      const site = await startTlsRecording(ours);
      conn = await connectPlain(site.port);
      while (site.recorders.length === 0) await sleep(0.001);
    });
    await closedIfPossible(conn!, options);
  });

  Deno.test(`${name} TLS: connectAcceptedSocket() speaks node's as the server`, () =>
    real(async () => {
      const { listener, port } = listenPlain();
      const accepting = listener.accept();
      const connecting = createTask(() => connectTlsRecorder(port, theirs));
      await sleep(0);
      const there = new Recorder();
      await currentLoop().connectAcceptedSocket(
        () => there,
        await accepting,
        { ssl: server },
      );
      const here = await connecting;
      assertEquals([here.events, there.events], [["made"], ["made"]]);
      here.transport.close();
      await there.seen("lost");
      await here.seen("lost");
      listener.close();
    }));
}

Deno.test("connectAcceptedSocket() gives up with the reason of its signal", () =>
  real(async () => {
    const { listener, port } = listenPlain();
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const attempt = async () => {
      const accepting = listener.accept();
      const client = await connectPlain(port);
      const sock = await accepting;
      const connecting = createTask(() =>
        currentLoop().connectAcceptedSocket(() => ({}), sock, {
          ssl: server,
          signal,
        })
      );
      await sleep(0);
      controller.abort(reason);
      assertEquals(await assertRejects(() => connecting, Error), reason);
      await closed(client);
    };
    await attempt();
    await attempt(); // the signal has aborted before
    listener.close();
  }));

Deno.test("createConnection() speaks TLS on a connection that is open", () =>
  real(async () => {
    await using site = await startTlsRecording();
    const sock = await connectPlain(site.port);
    const [transport] = await currentLoop().createConnection(
      () => ({}),
      null,
      null,
      { sock, ssl: trusting },
    );
    assertEquals(transport.getExtraInfo("sslcontext"), trusting);
    transport.close();
  }));

Deno.test("createServer() speaks TLS on a listener that is open", () =>
  real(async () => {
    const { listener: sock, port } = listenPlain();
    const there = new Recorder();
    const listening = await currentLoop().createServer(
      () => there,
      null,
      null,
      { sock, ssl: server },
    );
    const { transport } = await connectTlsRecorder(port);
    transport.close();
    await there.seen("lost");
    listening.close();
  }));

Deno.test("createServer() speaks TLS on the sockets of node:net too", () =>
  real(async () => {
    for (const option of [{ keepAlive: true }, { reusePort: true }]) {
      const there = new Recorder();
      const listening = await currentLoop().createServer(
        () => there,
        "127.0.0.1",
        0,
        { ssl: server, ...option },
      );
      const [{ port }] = listening.sockets as [Deno.NetAddr];
      const [, here] = await currentLoop().createConnection(
        () => new Recorder(),
        "127.0.0.1",
        port,
        { ssl: trusting, localAddr: { hostname: "127.0.0.1", port: 0 } },
      );
      here.transport.write("over node");
      here.transport.close();
      await there.seen("lost");
      assertEquals(there.text, "over node");
      listening.close();
    }
  }));
