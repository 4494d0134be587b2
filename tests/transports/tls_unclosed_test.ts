import { assertEquals, assertMatch } from "@std/assert";
import { DenoEventLoop } from "../../loop/deno_event_loop.ts";
import { type LogRecord, setLogger } from "../../loop/log.ts";
import { run } from "../../loop/runners.ts";
import { currentLoop } from "../../loop/running.ts";
import { createTask } from "../../loop/tasks.ts";
import { openChannel, openConnection } from "../../streams/open.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import {
  connectTls,
  IMPLEMENTATIONS,
  server,
  startTlsRecording,
  trusting,
} from "./_tls.ts";

// What asyncio reports as a ResourceWarning (D3), of connections over TLS.

/** Runs `main` in debug mode and returns the warnings. */
async function warnings(main: () => Promise<void>): Promise<string[]> {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  try {
    const loopFactory = () => new DenoEventLoop();
    await run(main, { debug: true, loopFactory });
  } finally {
    setLogger(null);
  }
  return records.filter(({ level }) => level === "warning")
    .map(({ message }) => message);
}

const TRANSPORT = /^unclosed transport <StreamTransport open /;
const WRITER = /^unclosed <StreamWriter transport=<StreamTransport open /;

for (const [name, options] of IMPLEMENTATIONS) {
  Deno.test(`${name} TLS: closing a loop reports both ends, once each (D3)`, async () => {
    const messages = await warnings(() =>
      connectTls(
        {},
        {},
        { ...trusting, ...options },
        { ...server, ...options },
      )
    );
    assertEquals(messages.length, 2);
    for (const message of messages) assertMatch(message, TRANSPORT);
  });

  Deno.test(`${name} TLS: nothing is reported of handshakes that failed (D3)`, async () => {
    const messages = await warnings(async () => {
      currentLoop().setExceptionHandler(() => {});
      await using site = await startTlsRecording({ ...server, ...options });
      const ssl = { serverHostname: "localhost", ...options };
      await openConnection("127.0.0.1", site.port, { ssl }).catch(() => {});
    });
    assertEquals(messages, []);
  });
}

Deno.test("closing a loop reports what startTls() has upgraded, once each (D3)", async () => {
  const kept: unknown[] = [];
  const messages = await warnings(async () => {
    const [near, far] = memoryChannelPair();
    const [, writer] = await openChannel(near);
    const [, peer] = await openChannel(far);
    kept.push(writer);
    const upgrading = createTask(() => writer.startTls(trusting));
    const transport = peer.transport as Parameters<
      ReturnType<typeof currentLoop>["startTls"]
    >[0];
    await currentLoop().startTls(
      transport,
      transport.getProtocol(),
      server,
      { serverSide: true },
    );
    await upgrading;
  });
  assertEquals(messages.length, 2, `${messages}`);
  const [writer, transport] = messages.toSorted();
  assertMatch(writer!, WRITER);
  assertMatch(transport!, TRANSPORT);
});
