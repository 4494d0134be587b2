import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { BaseEventLoop } from "../../loop/base_event_loop.ts";
import { coroutine } from "../../loop/coroutine_function.ts";
import { DenoEventLoop } from "../../loop/deno_event_loop.ts";
import { NotImplementedError, RuntimeError } from "../../loop/errors.ts";
import { run, Runner } from "../../loop/runners.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { currentTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { Queue } from "../../queues/queue.ts";
import { Event } from "../../sync/event.ts";
import { runProgram, startProgram } from "./_programs.ts";
import { thrownBy } from "./_support.ts";

/** Sends this very process a signal, which must have a handler. */
function raise(signal: Deno.Signal): void {
  Deno.kill(Deno.pid, signal);
}

Deno.test("addSignalHandler() calls back as a callback of the loop (SG1)", () =>
  run(async () => {
    const loop = getRunningLoop();
    const seen = new Queue<unknown[]>();
    loop.addSignalHandler(
      "SIGUSR1",
      (...args) => {
        seen.putNowait([...args, currentTask(), getRunningLoop() === loop]);
      },
      "one",
      2,
    );
    raise("SIGUSR1");
    assertEquals(await seen.get(), ["one", 2, null, true]);
    raise("SIGUSR1");
    assertEquals(await seen.get(), ["one", 2, null, true]);
  }));

Deno.test("addSignalHandler() keeps the async context of its caller", () =>
  run(async () => {
    const storage = new AsyncLocalStorage<string>();
    const loop = getRunningLoop();
    const seen = loop.createFuture<string | undefined>();
    storage.run("caller's", () => {
      loop.addSignalHandler("SIGUSR1", () => {
        seen.setResult(storage.getStore());
      });
    });
    raise("SIGUSR1");
    assertEquals(await seen, "caller's");
  }));

Deno.test("addSignalHandler() replaces the handler before (SG1)", () =>
  run(async () => {
    const loop = getRunningLoop();
    const seen = new Queue<string>();
    for (const name of ["first", "second", "third"]) {
      loop.addSignalHandler("SIGUSR1", () => seen.putNowait(name));
    }
    raise("SIGUSR1");
    assertEquals(await seen.get(), "third");
    await sleep(0.01);
    assert(seen.empty());
  }));

Deno.test("addSignalHandler() does not mix signals up", () =>
  run(async () => {
    const loop = getRunningLoop();
    const seen = new Queue<string>();
    for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
      loop.addSignalHandler(signal, (name) => seen.putNowait(name), signal);
    }
    raise("SIGUSR2");
    assertEquals(await seen.get(), "SIGUSR2");
    loop.removeSignalHandler("SIGUSR2");
    raise("SIGUSR1");
    assertEquals(await seen.get(), "SIGUSR1");
  }));

Deno.test("a signal handler can be replaced and removed from inside itself", () =>
  run(async () => {
    const loop = getRunningLoop();
    const seen = new Queue<string>();
    loop.addSignalHandler("SIGUSR1", () => {
      loop.addSignalHandler("SIGUSR1", () => {
        seen.putNowait(`second ${loop.removeSignalHandler("SIGUSR1")}`);
      });
      seen.putNowait("first");
    });
    raise("SIGUSR1");
    assertEquals(await seen.get(), "first");
    raise("SIGUSR1");
    assertEquals(await seen.get(), "second true");
  }));

Deno.test("removeSignalHandler() tells whether there was a handler (SG1)", () =>
  run(async () => {
    const loop = getRunningLoop();
    assertEquals(loop.removeSignalHandler("SIGUSR1"), false);
    loop.addSignalHandler("SIGUSR1", () => {});
    assertEquals(loop.removeSignalHandler("SIGUSR1"), true);
    assertEquals(loop.removeSignalHandler("SIGUSR1"), false);
  }));

Deno.test("removeSignalHandler() drops a callback that is scheduled already", () =>
  run(async () => {
    const loop = getRunningLoop();
    const other = new Event();
    let calls = 0;
    loop.addSignalHandler("SIGUSR1", () => calls++);
    // Scheduled by the same signal, ahead of the handler of the loop.
    const listener = () => loop.callSoon(remove);
    const remove = () => {
      loop.removeSignalHandler("SIGUSR1");
      other.set();
    };
    loop.removeSignalHandler("SIGUSR1");
    Deno.addSignalListener("SIGUSR1", listener);
    loop.addSignalHandler("SIGUSR1", () => calls++);
    raise("SIGUSR1");
    await other.wait();
    await sleep(0.01);
    Deno.removeSignalListener("SIGUSR1", listener);
    assertEquals(calls, 0);
  }));

Deno.test("a loop that is closed has no signal handlers left (SG1)", async () => {
  const loop = new DenoEventLoop();
  loop.addSignalHandler("SIGUSR1", () => {});
  loop.close();
  assertEquals(loop.handlesSignal("SIGUSR1"), false);
  assertThrows(
    () => loop.addSignalHandler("SIGUSR1", () => {}),
    RuntimeError,
    "Event loop is closed",
  );
});

Deno.test("addSignalHandler() refuses coroutines (SG1)", () =>
  run(async () => {
    const loop = getRunningLoop();
    const nap = coroutine(function* nap() {});
    const refused: unknown[] = [
      async () => {},
      function* () {},
      async function* () {},
      nap(),
    ];
    for (const callback of refused) {
      const error = thrownBy(() =>
        loop.addSignalHandler("SIGUSR1", callback as () => void)
      );
      assertInstanceOf(error, TypeError);
      assertMatch(error.message, /^Cannot handle SIGUSR1: /);
    }
    assertEquals(loop.removeSignalHandler("SIGUSR1"), false);
  }));

Deno.test("addSignalHandler() refuses what is no signal or cannot be caught (SG1)", () =>
  run(async () => {
    const loop = getRunningLoop();
    const add = (signal: unknown) => () =>
      loop.addSignalHandler(signal as Deno.Signal, () => {});
    assertThrows(
      add("SIGFOO"),
      RangeError,
      'Cannot handle signal: "SIGFOO" is none on this platform',
    );
    assertThrows(
      add("SIGKILL"),
      RuntimeError,
      "Cannot handle SIGKILL: it cannot be caught",
    );
    assertThrows(
      add(15),
      TypeError,
      'Cannot handle signal: expected a name such as "SIGTERM", ' +
        "received number",
    );
    assertThrows(
      () => loop.removeSignalHandler(15 as unknown as Deno.Signal),
      TypeError,
    );
  }));

Deno.test("a refused signal handler leaves the handler before in place", () =>
  run(async () => {
    const loop = getRunningLoop();
    const called = new Event();
    loop.addSignalHandler("SIGUSR1", () => called.set());
    thrownBy(() => loop.addSignalHandler("SIGUSR1", async () => {}));
    raise("SIGUSR1");
    await timeout(5, () => called.wait());
  }));

Deno.test("a loop without input and output refuses signal handlers", () => {
  const loop = new BaseEventLoop();
  assertThrows(
    () => loop.addSignalHandler("SIGUSR1", () => {}),
    NotImplementedError,
    "DenoEventLoop",
  );
  assertThrows(
    () => loop.removeSignalHandler("SIGUSR1"),
    NotImplementedError,
  );
  loop.close();
});

Deno.test("Runner refuses a grace period that is none", () => {
  for (const gracePeriod of [-1, NaN, "1" as unknown as number]) {
    assertThrows(() => new Runner({ gracePeriod }), RangeError);
  }
});

// Real signals from outside: programs/signalled.ts takes them.

Deno.test("a signal handler alone keeps a run alive, and ends it", async () => {
  const program = startProgram("signalled.ts", { args: ["handler"] });
  await program.until("ready");
  program.kill("SIGTERM");
  const { code, lines, stderr } = await program.ending();
  assertEquals([code, lines], [0, ["ready", "told to stop"]]);
  assertEquals(stderr, "");
});

Deno.test("a closed loop gives the signal back its default (SG1)", async () => {
  for (const how of ["bare", "closed"]) {
    const program = startProgram("signalled.ts", { args: [how] });
    await program.until("ready");
    program.kill("SIGTERM");
    if (how === "bare") {
      await program.until("closed");
      program.kill("SIGTERM");
    }
    assertEquals((await program.ending()).signal, "SIGTERM");
  }
});

Deno.test("removeSignalHandler() gives the signal back its default (SG1)", async () => {
  const program = startProgram("signalled.ts", { args: ["removed"] });
  await program.until("ready");
  program.kill("SIGTERM");
  const { signal, lines } = await program.ending();
  assertEquals([signal, lines], ["SIGTERM", ["true", "ready"]]);
});

Deno.test("a signal handler that throws is reported, and called again", async () => {
  const program = startProgram("signalled.ts", { args: ["throwing"] });
  await program.until("ready");
  program.kill("SIGUSR1");
  await program.until("signal 1");
  const report = await program.line();
  assertMatch(report!, /^Exception in callback <Handle handle.*: Error: first/);
  program.kill("SIGUSR1");
  await program.until("signal 2");
  assertEquals((await program.ending()).code, 0);
});

Deno.test("a handler of SIGINT stands in for what run() does (SG2)", async () => {
  const program = startProgram("signalled.ts", { args: ["interrupt"] });
  await program.until("ready");
  program.kill("SIGINT");
  await program.until("cancelling: 0");
  await program.until("again");
  program.kill("SIGINT");
  const { code, stderr } = await program.ending();
  assertEquals(code, 130);
  assertStringIncludes(stderr, "KeyboardInterrupt");
});

Deno.test("a handler of SIGTERM stands in for what run() does", async () => {
  const program = startProgram("signalled.ts", { args: ["instead"] });
  await program.until("ready");
  program.kill("SIGTERM");
  const { code, lines } = await program.ending();
  assertEquals([code, lines], [0, ["ready", "told to stop"]]);
});

Deno.test("run() with handleSigterm lets main clean up, then ends with code 143", async () => {
  const program = startProgram("signalled.ts", { args: ["tidy"] });
  await program.until("ready");
  program.kill("SIGTERM");
  const { code, lines, stderr } = await program.ending();
  assertEquals([code, lines], [143, ["ready", "main is clean"]]);
  assertEquals(stderr, "");
});

Deno.test("run() with handleSigterm throws SystemExit to who catches it", async () => {
  const program = startProgram("signalled.ts", { args: ["tidy", "caught"] });
  await program.until("ready");
  program.kill("SIGTERM");
  const { code, lines } = await program.ending();
  assertEquals(
    lines.at(-1),
    "caught SystemExit: SIGTERM ended the main task",
  );
  assertEquals(code, 0);
});

Deno.test("run() with handleSigterm counts the same signal sent twice once", async () => {
  const program = startProgram("signalled.ts", { args: ["tidy"] });
  await program.until("ready");
  program.kill("SIGTERM");
  program.kill("SIGTERM");
  const { code, lines } = await program.ending();
  assertEquals([code, lines], [143, ["ready", "main is clean"]]);
});

Deno.test("run() with handleSigterm gives what main leaves behind its time, too", async () => {
  const program = startProgram("signalled.ts", { args: ["tidyChild"] });
  await program.until("ready");
  program.kill("SIGTERM");
  const { code, lines } = await program.ending();
  assertEquals([code, lines], [
    143,
    ["ready", "main is clean", "child is clean"],
  ]);
});

Deno.test("run() with handleSigterm does not let another one cut the cleaning up short", async () => {
  const program = startProgram("signalled.ts", { args: ["tidyChild"] });
  await program.until("ready");
  program.kill("SIGTERM");
  await program.until("main is clean");
  // Main has ended, and its child is cleaning up.
  program.kill("SIGTERM");
  const { code, lines } = await program.ending();
  assertEquals([code, lines.at(-1)], [143, "child is clean"]);
});

Deno.test("run() with handleSigterm takes a signal that arrives after main has ended", async () => {
  const program = startProgram("signalled.ts", { args: ["late", "caught"] });
  await program.until("main has ended");
  program.kill("SIGTERM");
  const { code, lines } = await program.ending();
  assertEquals([code, lines], [0, [
    "main has ended",
    "child is clean",
    "caught SystemExit: SIGTERM arrived after the main task",
  ]]);
});

for (const how of ["stuck", "stuckChild"]) {
  Deno.test(`run() with handleSigterm ends when the grace period is over (${how})`, async () => {
    const program = startProgram("signalled.ts", { args: [how] });
    await program.until("ready");
    const start = performance.now();
    program.kill("SIGTERM");
    const { code, stderr } = await program.ending();
    assertEquals(code, 143);
    assertStringIncludes(
      stderr,
      "Cannot end the run within 0.1 seconds of SIGTERM",
    );
    assertMatch(stderr, how === "stuck" ? /<Task.*Task-1/ : /<Task.*child/);
    assert(performance.now() - start < 10_000);
  });
}

Deno.test("run() with handleSigterm returns what a main returns that was only asked", async () => {
  const program = startProgram("signalled.ts", {
    args: ["graceful", "caught"],
  });
  await program.until("ready");
  program.kill("SIGTERM");
  const { code, lines } = await program.ending();
  assertEquals([code, lines.at(-1)], [0, "result: result"]);
});

Deno.test("run() with handleSigterm throws the error that main ends with", async () => {
  const program = startProgram("signalled.ts", { args: ["failing", "caught"] });
  await program.until("ready");
  program.kill("SIGTERM");
  const { lines } = await program.ending();
  assertEquals(lines.at(-1), "caught RangeError: while cleaning up");
});

Deno.test("run() with handleSigterm takes Ctrl-C as ever", async () => {
  const program = startProgram("signalled.ts", { args: ["tidy"] });
  await program.until("ready");
  program.kill("SIGINT");
  const { code, lines } = await program.ending();
  assertEquals([code, lines], [130, ["ready", "main is clean"]]);
});

Deno.test("run() with handleSigterm still notices a deadlock", async () => {
  const { code, stderr } = await runProgram("signalled.ts", {
    args: ["deadlocked"],
  });
  assertEquals(code, 1);
  assertMatch(stderr, /Top-level await promise never resolved|DeadlockError/);
});
