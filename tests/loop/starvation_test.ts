import { assert } from "@std/assert";
import { createTask, getRunningLoop, run, sleep } from "../../loop/mod.ts";
import { runInCallback } from "../../loop/running.ts";
import type { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { StreamReader } from "../../streams/mod.ts";

Deno.test("an async function whose reads are always ready lets others run", () =>
  run(async () => {
    const loop = getRunningLoop() as BaseEventLoop;
    const reader = new StreamReader();
    const line = new TextEncoder().encode("line\n".repeat(1000));
    // Feeds the reader as a transport does: from outside, never through a
    // handle, so that there is always another line.
    let flooding = true;
    const feed = (): void => {
      if (!flooding) return reader.feedEof();
      runInCallback(loop, () => reader.feedData(line));
      setImmediate(feed);
    };
    feed();
    let lines = 0;
    const greedy = createTask(async () => {
      while ((await reader.readline()).length > 0) lines++;
    });
    let ticks = 0;
    const ticker = createTask(async () => {
      while (flooding) {
        await sleep(0.001);
        ticks++;
      }
    });
    await sleep(0.1);
    flooding = false;
    await greedy;
    await ticker;
    assert(ticks >= 5, `${ticks} ticks while ${lines} lines were read`);
  }));
