import { assertEquals, assertMatch } from "@std/assert";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { DenoEventLoop } from "../../loop/deno_event_loop.ts";
import type { LogRecord } from "../../loop/log.ts";
import { getLogger, setLogger } from "../../loop/log.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createSubprocessExec } from "../../subprocess/create.ts";
import { PIPE } from "../../subprocess/constants.ts";
import {
  openChannel,
  openConnection,
  startServer,
} from "../../streams/open.ts";
import { connectChannel } from "../../transports/connect_channel.ts";
import { memoryChannelPair } from "../../transports/memory_channel.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import { collectGarbage } from "./_garbage.ts";

// What asyncio reports as a ResourceWarning (D3), here in debug mode.

/** Runs `main` in debug mode and returns the warnings. */
async function warnings(
  main: () => Promise<void>,
  debug = true,
): Promise<string[]> {
  const records: LogRecord[] = [];
  setLogger((record) => records.push(record));
  try {
    await run(main, { debug, loopFactory: () => new DenoEventLoop() });
  } finally {
    setLogger(null);
  }
  return records.filter(({ level }) => level === "warning")
    .map(({ message }) => message);
}

const PLACE = "\nObject created (at|by <Task .*>, created at) .*:" +
  "\n    at .*unclosed_test\\.ts";

Deno.test("closing a loop reports a transport that is open (D3)", async () => {
  const [message, ...others] = await warnings(async () => {
    const [near, far] = memoryChannelPair();
    const [closed] = await connectChannel(() => ({}), far);
    await connectChannel(() => ({ eofReceived: () => true }), near);
    closed.close();
    await sleep(0.01);
  });
  assertEquals(others, []);
  assertMatch(
    message!,
    RegExp(`^unclosed transport <StreamTransport open .*>${PLACE}`),
  );
});

Deno.test("closing a loop reports a server that listens (D3)", async () => {
  const [message, ...others] = await warnings(async () => {
    await startServer(() => {}, "127.0.0.1", 0);
  });
  assertEquals(others, []);
  assertMatch(
    message!,
    RegExp(`^unclosed server <Server 127\\.0\\.0\\.1:\\d+>${PLACE}`),
  );
});

Deno.test("closing a loop tells of an accepted connection whose server it came from (D3)", async () => {
  const peers: Deno.Conn[] = [];
  const messages = await warnings(async () => {
    const servers = [
      await getRunningLoop().createServer(() => ({}), "127.0.0.1", 0),
      await startServer(() => {}, "127.0.0.1", 0),
    ];
    for (const server of servers) {
      const { port } = server;
      peers.push(await Deno.connect({ hostname: "127.0.0.1", port }));
      await sleep(0.02);
      server.close();
    }
  });
  for (const peer of peers) peer.close();
  assertEquals(messages.length, 2);
  const subjects = ["transport <StreamTransport ", "<StreamWriter transport="];
  for (const [index, subject] of subjects.entries()) {
    assertMatch(
      messages[index]!,
      RegExp(
        `^unclosed ${subject}.*\nObject accepted by <Server 127.*>, ` +
          "created (at|by <Task .*>, created at) .*:" +
          "\n    at .*unclosed_test\\.ts",
      ),
    );
  }
});

Deno.test("closing a loop reports a datagram transport that is open (D3)", async () => {
  const [message, ...others] = await warnings(async () => {
    await getRunningLoop().createDatagramEndpoint(
      () => ({}),
      { hostname: "127.0.0.1", port: 0 },
    );
  });
  assertEquals(others, []);
  assertMatch(
    message!,
    RegExp(`^unclosed transport <DatagramTransport open .*>${PLACE}`),
  );
});

/** Closing a loop kills a child and does not wait for its end: the test does. */
async function reaped(pid: number): Promise<void> {
  for (;;) {
    try {
      Deno.kill(pid, 0 as unknown as Deno.Signal);
    } catch {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("closing a loop reports a process that runs, once, with its pipes (D3)", async () => {
  let pid = 0;
  const [message, ...others] = await warnings(async () => {
    ({ pid } = await createSubprocessExec("cat", {
      stdin: PIPE,
      stdout: PIPE,
    }));
  });
  await reaped(pid);
  assertEquals(others, []);
  assertMatch(
    message!,
    RegExp(
      `^unclosed transport <SubprocessTransport pid=\\d+ running>${PLACE}`,
    ),
  );
});

Deno.test("closing a loop reports a writer in place of its transport (D3)", async () => {
  const kept: unknown[] = [];
  const [message, ...others] = await warnings(async () => {
    const [near, far] = memoryChannelPair();
    kept.push(await openChannel(near));
    (await openChannel(far))[1].close();
    await sleep(0.01);
  });
  assertEquals(others, []);
  assertMatch(
    message!,
    RegExp(`^unclosed <StreamWriter transport=<StreamTransport .*>>${PLACE}`),
  );
});

Deno.test("a writer that is collected is reported while the loop runs (D3)", async () => {
  let seen = 0;
  const reports: string[] = await warnings(async () => {
    const logger = getLogger();
    setLogger((record) => {
      seen++;
      logger(record);
    });
    await using server = await startServer(() => {}, "127.0.0.1", 0);
    const { port } = server.sockets[0] as NetAddress;
    await forget(port);
    for (let i = 0; i < 50 && seen < 2; i++) {
      await sleep(0.01);
      await collectGarbage();
    }
    server.abortClients();
  });
  assertEquals(seen, 2, "the end of the client and that of the server");
  for (const message of reports) {
    assertMatch(message, /^unclosed <StreamWriter transport=<StreamTransport /);
  }
  // The end of the server tells where that is from.
  const accepted = /\nObject accepted by <Server /;
  const places = reports.map((message) =>
    accepted.test(message) || RegExp(PLACE).test(message)
  );
  assertEquals(places, [true, true]);
});

async function forget(port: number): Promise<void> {
  const [, writer] = await openConnection("127.0.0.1", port);
  writer.write("forgotten");
}

Deno.test("nothing is reported of what is closed (D3)", async () => {
  assertEquals(
    await warnings(async () => {
      await using server = await startServer(
        async (_reader, writer) => {
          writer.close();
          await writer.waitClosed();
        },
        "127.0.0.1",
        0,
      );
      const { port } = server.sockets[0] as NetAddress;
      const [reader, writer] = await openConnection("127.0.0.1", port);
      await reader.read();
      writer.close();
      await using process = await createSubprocessExec("true");
      await process.wait();
    }),
    [],
  );
});

Deno.test("outside debug mode nothing is reported", async () => {
  assertEquals(
    await warnings(async () => {
      await startServer(() => {}, "127.0.0.1", 0);
    }, false),
    [],
  );
  const loop = new BaseEventLoop();
  loop.setDebug(false);
  assertEquals(loop.unclosed, null);
  loop.close();
});

Deno.test("a loop that is collected without close() is reported (D3)", async () => {
  const messages: string[] = [];
  setLogger(({ message }) => messages.push(message));
  try {
    for (const closed of [false, true]) {
      (() => {
        const loop = new BaseEventLoop();
        loop.setDebug(true);
        if (closed) loop.close();
      })();
    }
    for (let i = 0; i < 50 && messages.length === 0; i++) {
      await collectGarbage();
    }
  } finally {
    setLogger(null);
  }
  assertEquals(messages, ["unclosed event loop <BaseEventLoop>"]);
});
