import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { delay } from "@std/async";
import type { AbstractEventLoop } from "../../loop/abstract_event_loop.ts";
import { DenoEventLoop } from "../../loop/deno_event_loop.ts";
import {
  EventLoopPolicy,
  getEventLoop,
  getEventLoopPolicy,
  newEventLoop,
  setEventLoop,
  setEventLoopPolicy,
} from "../../loop/policy.ts";
import { run, Runner } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { VirtualTimeEventLoop } from "../../loop/virtual_time_event_loop.ts";
import { virtualLoop } from "./_support.ts";

/** A policy whose loops run on virtual time, and that counts them. */
class VirtualPolicy extends EventLoopPolicy {
  created = 0;

  override newEventLoop(): AbstractEventLoop {
    this.created++;
    return new VirtualTimeEventLoop();
  }
}

/** Runs a test under a policy, and puts the default one back. */
async function under<P extends EventLoopPolicy>(
  policy: P,
  body: (policy: P) => void | Promise<void>,
): Promise<void> {
  setEventLoopPolicy(policy);
  try {
    await body(policy);
  } finally {
    setEventLoopPolicy(null);
  }
}

Deno.test("the default policy makes loops that do input and output", () => {
  assertInstanceOf(getEventLoopPolicy(), EventLoopPolicy);
  const loop = newEventLoop();
  assertInstanceOf(loop, DenoEventLoop);
  assertNotStrictEquals(newEventLoop(), loop);
  loop.close();
});

Deno.test("setEventLoopPolicy() decides which loop run() gets", () =>
  under(new VirtualPolicy(), async (policy) => {
    assertStrictEquals(getEventLoopPolicy(), policy);
    const time = await run(async () => {
      await sleep(3600);
      return getRunningLoop().time();
    });
    assertEquals([time, policy.created], [3600, 1]);
    await using runner = new Runner();
    await runner.run(() => sleep(3600));
    assertEquals(policy.created, 2);
  }));

Deno.test("loopFactory overrides the policy once", () =>
  under(new VirtualPolicy(), async (policy) => {
    const loop = virtualLoop();
    await run(async () => assertStrictEquals(getRunningLoop(), loop), {
      loopFactory: () => loop,
    });
    assertEquals(policy.created, 0);
  }));

Deno.test("getEventLoop() makes the policy's loop when first asked", () =>
  under(new VirtualPolicy(), (policy) => {
    const loop = getEventLoop();
    assertStrictEquals(getEventLoop(), loop);
    assertEquals(policy.created, 1);
    loop.close();
    assertNotStrictEquals(getEventLoop(), loop);
    assertEquals(policy.created, 2);
    getEventLoop().close();
  }));

Deno.test("getEventLoop() is the running loop where one runs", () =>
  under(new VirtualPolicy(), async (policy) => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      assertStrictEquals(getEventLoop(), loop);
      await sleep(1);
      assertStrictEquals(getEventLoop(), loop);
    });
    loop.close();
    assertEquals(policy.created, 0);
  }));

Deno.test("setEventLoop() sets the loop of code outside any run", () =>
  under(new VirtualPolicy(), async () => {
    const loop = virtualLoop();
    setEventLoop(loop);
    assertStrictEquals(getEventLoop(), loop);
    assert(loop.isRunning());
    // A wait outside any task is one of that loop.
    await sleep(3600);
    assertEquals(loop.time(), 3600);
    setEventLoop(null);
    assertNotStrictEquals(getEventLoop(), loop);
    getEventLoop().close();
    loop.close();
  }));

Deno.test("setEventLoopPolicy() takes policies only", () => {
  for (const wrong of [5, {}, undefined, EventLoopPolicy]) {
    assertThrows(
      () => setEventLoopPolicy(wrong as never),
      TypeError,
      "Cannot set event loop policy: expected an EventLoopPolicy or null",
    );
  }
});

Deno.test("setEventLoopPolicy(null) brings back a default policy", () => {
  const policy = new VirtualPolicy();
  setEventLoopPolicy(policy);
  setEventLoopPolicy(null);
  assertNotStrictEquals(getEventLoopPolicy(), policy);
  const loop = newEventLoop();
  assertInstanceOf(loop, DenoEventLoop);
  loop.close();
});

Deno.test("a loop without a run goes on after stop(), and may close itself", () =>
  under(new VirtualPolicy(), async () => {
    const loop = getEventLoop();
    loop.stop();
    await sleep(1);
    assertEquals(loop.time(), 1);
    const log: string[] = [];
    loop.callSoon(() => {
      loop.close();
      log.push("closed");
    });
    loop.callSoon(() => log.push("dropped"));
    await delay(1);
    assertEquals(log, ["closed"]);
  }));

Deno.test("the loop of the policy can be run, as in old programs", () =>
  under(new VirtualPolicy(), async () => {
    const loop = getEventLoop();
    const main = async () => {
      await sleep(1);
      return getRunningLoop() === loop;
    };
    assertEquals(await loop.runUntilComplete(main), true);
    await sleep(1);
    assertEquals(loop.time(), 2);
    loop.close();
  }));
