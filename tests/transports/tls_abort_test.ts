import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelledError } from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import type { CreateConnectionOptions } from "../../transports/tcp.ts";
import { real } from "./_real.ts";
import { Recorder } from "./_recorder.ts";
import { type RecordingServer, startRecording } from "./_tcp.ts";
import {
  connectTls,
  connectTlsRecorder,
  IMPLEMENTATIONS,
  server,
  trusting,
} from "./_tls.ts";

/** More than the kernel takes of a peer that does not read, in bytes. */
const TOO_MUCH = 32 << 20;

for (const [name, options] of IMPLEMENTATIONS) {
  const theirs = { ...trusting, ...options };
  const ours = { ...server, ...options };

  Deno.test(`${name} TLS: abort() drops what waits to be sent (P4)`, () =>
    real(async () => {
      const near = new Recorder();
      const far = new Recorder();
      await connectTls(near, far, theirs, ours);
      far.transport.pauseReading();
      near.transport.write(new Uint8Array(TOO_MUCH));
      assert(near.transport.getWriteBufferSize() > 0);
      near.transport.abort();
      assertEquals(near.transport.getWriteBufferSize(), 0);
      await near.seen("lost");
      assertEquals([near.events, near.error], [
        ["made", "pause", "lost"],
        null,
      ]);
      far.transport.abort();
      await far.seen("lost");
      assert(far.length < TOO_MUCH);
    }));

  Deno.test(`${name} TLS: close() waits for a peer that takes nothing, abort() does not (P4)`, () =>
    real(async () => {
      const near = new Recorder();
      const far = new Recorder();
      await connectTls(near, far, theirs, ours);
      far.transport.pauseReading();
      near.transport.write(new Uint8Array(TOO_MUCH));
      near.transport.close();
      await sleep(0.02);
      assertEquals(near.events, ["made", "pause"], "it waits");
      near.transport.abort();
      await near.seen("lost");
      far.transport.abort();
      await far.seen("lost");
    }));

  Deno.test(`${name} TLS: sendfile() sends a file, encrypted`, () =>
    real(async () => {
      const path = await Deno.makeTempFile();
      const near = new Recorder();
      const far = new Recorder();
      await connectTls(near, far, theirs, ours);
      await Deno.writeFile(path, new Uint8Array(1_000_000).fill(46));
      using file = await Deno.open(path);
      await Deno.remove(path);
      const sent = await currentLoop().sendfile(near.transport, file);
      assertEquals(sent, 1_000_000);
      near.transport.close();
      await far.seen("lost");
      assertEquals(far.length, 1_000_000);
      assert(far.bytes.every((byte) => byte === 46));
      await near.seen("lost");
    }));

  Deno.test(`${name} TLS: a cancelled sendfile() leaves a connection in order`, () =>
    real(async () => {
      const path = await Deno.makeTempFile();
      const near = new Recorder();
      const far = new Recorder();
      await connectTls(near, far, theirs, ours);
      await Deno.writeFile(path, new Uint8Array(TOO_MUCH).fill(46));
      using file = await Deno.open(path);
      await Deno.remove(path);
      far.transport.pauseReading();
      const sending = createTask(
        currentLoop().sendfile(near.transport, file),
      );
      await sleep(0.05);
      sending.cancel();
      await assertRejects(() => sending, CancelledError);
      const sent = await file.seek(0, Deno.SeekMode.Current);
      assert(sent < TOO_MUCH);
      near.transport.write("!");
      far.transport.resumeReading();
      await far.until(() => far.length === sent + 1);
      assertEquals(far.bytes.at(-1), 33);
      near.transport.close();
      await far.seen("lost");
      await near.seen("lost");
    }));
}

/** Connects, and finds the protocol of the other end. */
async function connect(
  site: RecordingServer,
  options: CreateConnectionOptions,
): Promise<{ near: Recorder; far: Recorder }> {
  const [, near] = await currentLoop().createConnection(
    () => new Recorder(),
    "127.0.0.1",
    site.port,
    { ssl: trusting, ...options },
  );
  await site.door.seen("made");
  return { near, far: site.recorders[0]! };
}

for (const who of ["client", "server"] as const) {
  Deno.test(`resetOnAbort of a ${who} lets the peer see a reset over TLS`, () =>
    real(async () => {
      const reset = { resetOnAbort: true };
      const isClient = who === "client";
      const site = await startRecording({
        ssl: server,
        ...(isClient ? {} : reset),
      });
      const { near, far } = await connect(site, isClient ? reset : {});
      const [actor, peer] = isClient ? [near, far] : [far, near];
      actor.transport.abort();
      await actor.seen("lost");
      await peer.seen("lost");
      assertEquals(actor.error, null);
      assert(
        peer.error instanceof Deno.errors.ConnectionReset,
        `${peer.error}`,
      );
      assert(!peer.events.includes("eof"));
      site.server.close();
    }));
}

Deno.test("TLS ends with the error of a peer that resets the connection (P13)", () =>
  real(async (reports) => {
    const site = await startRecording({ ssl: server, resetOnAbort: true });
    const near = await connectTlsRecorder(site.port);
    await site.door.seen("made");
    near.transport.write(new Uint8Array(TOO_MUCH));
    near.transport.pauseReading();
    site.recorders[0]!.transport.abort();
    await near.seen("lost");
    assert(
      near.error instanceof Deno.errors.ConnectionReset ||
        near.error instanceof Deno.errors.BrokenPipe,
      `${near.error}`,
    );
    assertEquals(reports, []);
    site.server.close();
  }));
