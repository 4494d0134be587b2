import { assertEquals, assertGreater, assertLess } from "@std/assert";
import type { CoroutineLike } from "../../loop/awaitables.ts";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { wrapFuture } from "../../loop/ensure_future.ts";
import { run } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { wait } from "../../loop/wait.ts";
import { waitFor } from "../../loop/wait_for.ts";
import { Lock } from "../../sync/lock.ts";

/** What a busy task does, until it is told to stop. */
interface Spin {
  turns: number;
  stop: boolean;
}

const SPINNERS: Record<string, (spin: Spin) => CoroutineLike<void>> = {
  "a generator spinning on sleep(0)": (spin) =>
    (function* () {
      for (; !spin.stop; spin.turns++) yield* sleep(0);
    })(),
  "an async function spinning on sleep(0)": (spin) => async () => {
    for (; !spin.stop; spin.turns++) await sleep(0);
  },
  // In a generator that would be a loop without a wait, as in Python.
  "an async function looping on a free lock": (spin) => async () => {
    const lock = new Lock();
    for (; !spin.stop; spin.turns++) {
      using _ = await lock.acquire();
    }
  },
  "an async function creating task after task": (spin) => {
    const nothing = function* () {};
    return async () => {
      for (; !spin.stop; spin.turns++) {
        await getRunningLoop().createTask(nothing());
      }
    };
  },
  "callbacks that schedule themselves": (spin) => async () => {
    const loop = getRunningLoop();
    const done = loop.createFuture<void>();
    const again = (): void => {
      spin.turns++;
      if (spin.stop) done.setResult();
      else loop.callSoon(again);
    };
    loop.callSoon(again);
    await done;
  },
};

for (const [name, spinner] of Object.entries(SPINNERS)) {
  Deno.test(`a timer and a socket get past ${name}`, () =>
    run(async () => {
      const loop = getRunningLoop();
      const spin: Spin = { turns: 0, stop: false };
      const busy = createTask(spinner(spin));
      const start = loop.time();
      const timer = loop.createFuture<number>();
      loop.callLater(0.01, () => timer.setResult(loop.time() - start));
      try {
        const echo = wrapFuture(echoThroughSocket("hello"));
        assertEquals(await waitFor(echo, 5), "hello");
        const elapsed = await waitFor(timer, 5);
        // Generous, for a busy machine: starved it would never fire.
        assertLess(elapsed, 3);
        assertGreater(spin.turns, 100);
      } finally {
        spin.stop = true;
        await busy;
      }
    }, { loopFactory: () => new BaseEventLoop() }));
}

Deno.test("an async function looping on a free lock can be cancelled", () =>
  run(async () => {
    const lock = new Lock();
    const busy = createTask(async () => {
      for (;;) {
        using _ = await lock.acquire();
      }
    });
    await sleep(0.005);
    busy.cancel();
    await wait([busy], { timeout: 5 });
    assertEquals([busy.cancelled(), lock.locked()], [true, false]);
  }, { loopFactory: () => new BaseEventLoop() }));

/** Sends a text through a TCP echo server of the host's own making. */
async function echoThroughSocket(text: string): Promise<string> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serve = async () => {
    using peer = await listener.accept();
    const received = new Uint8Array(100);
    const count = await peer.read(received);
    await peer.write(received.subarray(0, count ?? 0));
  };
  const served = serve();
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: listener.addr.port,
  });
  await connection.write(new TextEncoder().encode(text));
  const received = new Uint8Array(100);
  const count = await connection.read(received);
  await served;
  return new TextDecoder().decode(received.subarray(0, count ?? 0));
}
