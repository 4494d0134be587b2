import { assertEquals, assertMatch } from "@std/assert";
import { inspect } from "node:util";
import * as asyncio from "../mod.ts";

// Every public object tells consoles in a line what it is and what it does.

/** Classes whose objects are shown as objects are: a user's, and bare doors. */
const PLAIN: Record<string, string> = {
  AbstractEventLoop: "extended by loops, which describe themselves",
  InputOutput: "extended by loops, which describe themselves",
  BaseProtocol: "extended by users, whose fields are worth seeing",
  Protocol: "extended by users, whose fields are worth seeing",
  BufferedProtocol: "extended by users, whose fields are worth seeing",
  DatagramProtocol: "extended by users, whose fields are worth seeing",
  SubprocessProtocol: "extended by users, whose fields are worth seeing",
  DenoConnChannel: "has no state of its own",
  PipeChannel: "has no state of its own",
};

const INSPECTORS = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

function isClass(value: unknown): value is new () => object {
  return typeof value === "function" &&
    /^(abstract )?class\b/.test(Function.prototype.toString.call(value));
}

Deno.test("every exported class describes its objects to consoles (K17)", () => {
  const silent: string[] = [];
  for (const [name, value] of Object.entries(asyncio)) {
    if (!isClass(value) || value.prototype instanceof Error) continue;
    const shown = INSPECTORS.every((key) => key in value.prototype) &&
      value.prototype.toString !== Object.prototype.toString;
    if (!shown) silent.push(name);
  }
  assertEquals(silent.sort(), Object.keys(PLAIN).sort());
});

/** Asserts what an object looks like now, however it is looked at. */
function assertShown(object: object, pattern: RegExp): void {
  assertMatch(String(object), pattern);
  assertEquals(Deno.inspect(object), String(object));
  assertEquals(inspect(object), String(object));
}

Deno.test("connections are shown as what they are and what they do (K17)", async () => {
  await asyncio.run(async () => {
    const [near, far] = asyncio.memoryChannelPair();
    const [reader, writer] = await asyncio.openChannel(near);
    const [transport, protocol] = await asyncio.connectChannel(
      () => new asyncio.StreamReaderProtocol(new asyncio.StreamReader()),
      far,
    );
    transport.write("hello");
    await asyncio.sleep(0.01);
    assertShown(reader, /^<StreamReader 5 bytes>$/);
    assertShown(writer, /^<StreamWriter transport=<StreamTransport open .*>>$/);
    assertShown(transport, /^<StreamTransport open write_bufsize=0>$/);
    assertShown(protocol, /^<StreamReaderProtocol open>$/);
    writer.close();
    transport.close();
    assertShown(transport, /^<StreamTransport closing /);
    await asyncio.sleep(0.01);
    assertShown(protocol, /^<StreamReaderProtocol lost>$/);
  });
});

Deno.test("objects are shown as what they are and what they do (K17)", async () => {
  await asyncio.run(async () => {
    const loop = asyncio.getRunningLoop();
    const lock = new asyncio.Lock();
    await lock.acquire();
    const waiter = asyncio.createTask(lock.acquire(), { name: "waiter" });
    const queue = new asyncio.Queue<number>(2);
    await queue.put(1);
    const event = new asyncio.Event();
    await asyncio.sleep(0);
    const timer = loop.callAt(1e9, function later() {});
    await using server = await asyncio.startServer(() => {}, "127.0.0.1", 0);
    const [datagrams] = await loop.createDatagramEndpoint(
      () => ({}),
      { hostname: "127.0.0.1", port: 0 },
    );
    const rows: [object, RegExp][] = [
      [lock, /^<Lock \[locked, waiters:1\]>$/],
      [event, /^<Event \[unset\]>$/],
      [new asyncio.Condition(), /^<Condition \[unlocked\]>$/],
      [new asyncio.Semaphore(2), /^<Semaphore \[unlocked, value:2\]>$/],
      [new asyncio.BoundedSemaphore(), /^<BoundedSemaphore \[unlocked, /],
      [new asyncio.Barrier(3), /^<Barrier \[filling, waiters:0\/3\]>$/],
      [queue, /^<Queue \[size:1\/2, unfinished:1\]>$/],
      [new asyncio.LifoQueue(), /^<LifoQueue /],
      [new asyncio.PriorityQueue(), /^<PriorityQueue /],
      [waiter, /^<Task pending name='waiter' coro=<Coroutine Lock.acquire>/],
      [loop, /^<DenoEventLoop running>$/],
      [timer, /^<TimerHandle when=1000000000 later>$/],
      [server, /^<Server 127\.0\.0\.1:\d+>$/],
      [datagrams, /^<DatagramTransport open 127\.0\.0\.1:\d+>$/],
      [new asyncio.Runner(), /^<Runner created>$/],
      [asyncio.getEventLoopPolicy(), /^<EventLoopPolicy/],
      [asyncio.asCompleted([waiter]), /^<AsCompleted left=1>$/],
      [new asyncio.WorkerPoolExecutor(), /^<WorkerPoolExecutor>$/],
    ];
    for (const [object, pattern] of rows) assertShown(object, pattern);
    timer.cancel();
    assertShown(timer, /^<TimerHandle when=1000000000 cancelled>$/);
    datagrams.close();
    lock.release();
    await waiter;
  });
});
