import * as asyncio from "../../mod.ts";
import { collectGarbage } from "../loop/_garbage.ts";

function compute(seconds: number): void {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end);
}

function queueUp(): void {
  new asyncio.Queue().put("dropped");
}

/** Something that goes wrong, inside a run in debug mode. */
type Trigger = () => Promise<unknown>;

/** What triggers each report of docs/developing.md, by its words there. */
export const TRIGGERS: Record<string, Trigger> = {
  "a step or callback took long": async () => {
    asyncio.getRunningLoop().slowCallbackDuration = 0.02;
    await asyncio.createTask(async function report() {
      await asyncio.sleep(0);
      compute(0.03);
    }, { name: "report" });
  },
  "a coroutine was dropped": async () => {
    queueUp();
    for (let round = 0; round < 5; round++) {
      await asyncio.sleep(0.001);
      await collectGarbage();
    }
  },
  "a task went on although it was cancelled": async () => {
    const task = asyncio.createTask(async () => {
      try {
        await asyncio.sleep(60);
      } catch {
        // Goes on.
      }
    }, { name: "poll" });
    await asyncio.sleep(0);
    task.cancel();
    await task;
  },
  "a transport, UDP socket or process stays open": async () => {
    await asyncio.getRunningLoop().createDatagramEndpoint(
      () => ({}),
      { hostname: "127.0.0.1", port: 0 },
    );
  },
  "a server still listens": async () => {
    await asyncio.startServer(() => {}, "127.0.0.1", 0);
  },
  "a stream was not closed": async () => {
    const [near, far] = asyncio.memoryChannelPair();
    await asyncio.openChannel(near);
    (await asyncio.openChannel(far))[1].close();
    await asyncio.sleep(0.01);
  },
  "a loop was not closed": async () => {
    (() => new asyncio.DenoEventLoop().setDebug(true))();
    for (let round = 0; round < 10; round++) await collectGarbage();
  },
  "a lock was held for long": async () => {
    asyncio.getRunningLoop().longHoldDuration = 0.02;
    const lock = new asyncio.Lock();
    asyncio.currentTask()!.setName("refill");
    await lock.with(() => asyncio.sleep(0.03));
  },
  "a callback is a coroutine function": async () => {
    asyncio.getRunningLoop().callSoon(async () => {});
  },
  "a task uses the loop of another": async () => {
    const other = new asyncio.DenoEventLoop();
    other.setDebug(true);
    try {
      other.callSoon(() => {});
    } finally {
      other.close();
    }
  },
  "a task failed and nobody looked": async () => {
    asyncio.createTask(async () => {
      throw new Error("lost");
    });
    await asyncio.sleep(0);
  },
  "the loop was closed and a task had not ended": async () => {
    const other = new asyncio.BaseEventLoop();
    other.setDebug(false);
    other.createTask(asyncio.sleep(60));
    other.close();
  },
  "a callback failed, and there is nobody to tell": async () => {
    asyncio.getRunningLoop().callSoon(function resize() {
      throw new Error("no window");
    });
    await asyncio.sleep(0);
  },
};
