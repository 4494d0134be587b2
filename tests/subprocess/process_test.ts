import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DenoEventLoop } from "../../loop/deno_event_loop.ts";
import { CancelledError } from "../../loop/errors.ts";
import { gather } from "../../loop/gather.ts";
import { run } from "../../loop/runners.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { DEVNULL, PIPE } from "../../subprocess/constants.ts";
import {
  createSubprocessExec,
  createSubprocessShell,
} from "../../subprocess/create.ts";
import type { Process } from "../../subprocess/process.ts";
import { real } from "../transports/_real.ts";
import {
  assertGone,
  HAS_PROC,
  isRunning,
  leavesNothing,
  text,
  uniqueSeconds,
  untilGone,
} from "./_processes.ts";

const MODULE = new URL("../../mod.ts", import.meta.url);

/** More than a pipe holds. */
const MUCH = 1 << 20;

/** Starts a process that does not end by itself. */
function startSleeping(seconds = uniqueSeconds()) {
  return createSubprocessExec("sleep", seconds, { stdin: DEVNULL });
}

Deno.test("Process.wait() returns the exit code (SP3)", () =>
  real(async () => {
    await using process = await createSubprocessShell("read x; exit 42", {
      stdin: PIPE,
    });
    assertEquals(process.returncode, null);
    process.stdin.close();
    assertEquals(await process.wait(), 42);
    assertEquals(process.returncode, 42);
    assertEquals(await process.wait(), 42);
  }));

Deno.test("Process.returncode is the negative number of a signal (SP3)", () =>
  real(async () => {
    for (const signal of [1, 9, 15, 11]) {
      const process = await createSubprocessShell(`kill -${signal} $$`);
      assertEquals(await process.wait(), -signal);
    }
    const high = await createSubprocessShell("exit 200");
    assertEquals(await high.wait(), 200);
  }));

Deno.test({
  name: "Process.returncode knows signals that have no name",
  ignore: !HAS_PROC,
  // Deno rejects the status of such a child, and keeps its entry for good.
  sanitizeResources: false,
  fn: () =>
    real(async () => {
      for (const signal of [34, 40]) {
        const process = await createSubprocessShell(`kill -${signal} $$`);
        assertEquals(await process.wait(), -signal);
      }
    }),
});

Deno.test("Process.wait() waits for the exit, not for the pipes (SP3)", () =>
  real(async () => {
    const seconds = uniqueSeconds();
    await using process = await createSubprocessShell(
      `sleep ${seconds} & echo $!`,
      { stdout: PIPE },
    );
    assertEquals(await process.wait(), 0);
    const grandchild = Number(text(await process.stdout.readline()));
    assert(isRunning(grandchild));
    Deno.kill(grandchild, "SIGKILL");
    assertEquals(await process.stdout.read(), new Uint8Array());
    await untilGone(seconds);
  }));

Deno.test("Process.wait() can be awaited by several tasks, and cancelled in one", () =>
  real(async () => {
    await using process = await startSleeping();
    const wait = () => createTask(async () => await process.wait());
    const [first, second, third] = [wait(), wait(), wait()];
    await sleep(0);
    second.cancel();
    await assertRejects(async () => await second, CancelledError);
    assertEquals(process.returncode, null);
    process.terminate();
    assertEquals(await gather(first, third), [-15, -15]);
  }));

Deno.test("Process.sendSignal() takes names and numbers", () =>
  real(async () => {
    const script = 'trap "echo usr1" USR1; trap "echo int; exit 5" INT; ' +
      "echo ready; while :; do sleep 0.01; done";
    await using process = await createSubprocessShell(script, { stdout: PIPE });
    const line = async () => text(await process.stdout.readline());
    assertEquals(await line(), "ready\n");
    process.sendSignal("SIGUSR1");
    assertEquals(await line(), "usr1\n");
    process.sendSignal(10);
    assertEquals(await line(), "usr1\n");
    assertThrows(() => process.sendSignal("SIGNO" as "SIGINT"), TypeError);
    assertThrows(() => process.sendSignal(-3), TypeError);
    process.sendSignal("SIGINT");
    assertEquals(await process.wait(), 5);
  }));

Deno.test("Process.terminate() and kill() end it by their signals", () =>
  real(async () => {
    await using one = await startSleeping();
    one.terminate();
    assertEquals(await one.wait(), -15);
    await using other = await startSleeping();
    other.kill();
    assertEquals(await other.wait(), -9);
  }));

Deno.test("Process.kill() passes over one that has just ended, then fails (SP5)", () =>
  real(async () => {
    await using process = await createSubprocessShell("exit 0");
    // The operating system knows, the loop does not: it has had no turn.
    const until = performance.now() + 10_000;
    if (HAS_PROC) {
      while (isRunning(process.pid) && performance.now() < until);
    }
    process.kill();
    process.terminate();
    process.sendSignal("SIGUSR1");
    assertEquals(await process.wait(), 0);
    await sleep(0.01);
    const error = assertThrows(() => process.kill(), Deno.errors.NotFound);
    assertEquals((error as unknown as { code: string }).code, "ESRCH");
    assertThrows(() => process.terminate(), Deno.errors.NotFound);
    assertThrows(() => process.sendSignal(15), Deno.errors.NotFound);
  }));

Deno.test("Process is killed and waited for at the end of await using", () =>
  leavesNothing(() =>
    real(async () => {
      const seconds = uniqueSeconds();
      let left: Process | undefined;
      {
        await using process = await createSubprocessExec("sleep", seconds, {
          stdin: PIPE,
          stdout: PIPE,
          stderr: PIPE,
        });
        left = process;
        process.stdin.write(new Uint8Array(MUCH));
      }
      assertEquals(left.returncode, -9);
      assertGone(seconds);
      await assertRejects(
        async () => {
          await using process = await startSleeping(seconds);
          left = process;
          throw new Error("thrown in the block");
        },
        Error,
        "thrown in the block",
      );
      assertEquals(left.returncode, -9);
      assertGone(seconds);
    })
  ));

Deno.test("Process that has ended is let be at the end of await using", () =>
  leavesNothing(() =>
    real(async () => {
      await using process = await createSubprocessShell("echo unread", {
        stdout: PIPE,
      });
      assertEquals(await process.wait(), 0);
    })
  ));

Deno.test({
  name: "Process leaves nothing when a grandchild keeps its pipes",
  ignore: !HAS_PROC,
  fn: async () => {
    const seconds = uniqueSeconds();
    let grandchild = 0;
    await leavesNothing(() =>
      real(async () => {
        await using process = await createSubprocessShell(
          `sleep ${seconds} & echo $!; wait`,
          { stdout: PIPE, stderr: PIPE },
        );
        grandchild = Number(text(await process.stdout.readline()));
      })
    );
    assert(isRunning(grandchild), "a signal reaches the child only");
    Deno.kill(grandchild, "SIGKILL");
  },
});

Deno.test({
  name: "Process with detached takes its descendants along",
  ignore: !HAS_PROC,
  fn: () =>
    leavesNothing(() =>
      real(async () => {
        const seconds = uniqueSeconds();
        const script = `sleep ${seconds} & sh -c 'sleep ${seconds}; :' & ` +
          "echo started; wait";
        const options = { stdout: PIPE, detached: true } as const;
        {
          await using process = await createSubprocessShell(script, options);
          assertEquals(text(await process.stdout.readline()), "started\n");
        }
        await untilGone(seconds);
        await using process = await createSubprocessShell(script, options);
        assertEquals(text(await process.stdout.readline()), "started\n");
        process.terminate();
        assertEquals(await process.stdout.read(), new Uint8Array());
        assertEquals(await process.wait(), -15);
        await untilGone(seconds);
      })
    ),
});

Deno.test({
  name: "Process with detached reaches a group whose leader has ended",
  ignore: !HAS_PROC,
  fn: () =>
    leavesNothing(() =>
      real(async () => {
        const seconds = uniqueSeconds();
        await using process = await createSubprocessShell(
          `sleep ${seconds} & echo started`,
          { stdout: PIPE, detached: true },
        );
        assertEquals(text(await process.stdout.readline()), "started\n");
        assertEquals(await process.wait(), 0);
        process.kill();
        assertEquals(await process.stdout.read(), new Uint8Array());
        await untilGone(seconds);
      })
    ),
});

Deno.test({
  name: "Process with detached is reached alone where the group must not be",
  ignore: !HAS_PROC,
  fn: async () => {
    const seconds = uniqueSeconds();
    const script = `
      import * as asyncio from ${JSON.stringify(MODULE)};
      await asyncio.run(async () => {
        await using process = await asyncio.createSubprocessShell(
          "sleep ${seconds} & echo $!; wait",
          { stdout: asyncio.PIPE, stderr: asyncio.DEVNULL, detached: true },
        );
        const line = await process.stdout.readline();
        console.log(new TextDecoder().decode(line).trim());
        process.terminate();
        console.log(await process.wait());
      });
    `;
    // What hangs in there is to fail here, with what it has said.
    const patience = new AbortController();
    const alarm = setTimeout(() => patience.abort(), 30_000);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        "--allow-run=/bin/sh",
        `data:application/javascript,${encodeURIComponent(script)}`,
      ],
      signal: patience.signal,
    }).output();
    clearTimeout(alarm);
    const [grandchild, returncode] = text(stdout).split("\n");
    assertEquals(returncode, "-15", text(stderr));
    assert(isRunning(Number(grandchild)));
    Deno.kill(Number(grandchild), "SIGKILL");
  },
});

Deno.test("Process that nobody ends is killed when the loop closes", async () => {
  const seconds = uniqueSeconds();
  let process: Process | undefined;
  await run(async () => {
    process = await createSubprocessExec("sleep", seconds, {
      stdin: PIPE,
      stdout: PIPE,
    });
  }, { loopFactory: () => new DenoEventLoop() });
  // The loop is closed: nobody is told of the end, but the system sees to it.
  await endOf(process!);
  assertGone(seconds);
  assertEquals(process!.returncode, -9);
});

/** Waits, outside any loop, until a process has been waited for. */
async function endOf(process: Process): Promise<void> {
  while (process.returncode === null) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

Deno.test("Process.stdin waits in drain() while the process does not read", () =>
  real(async () => {
    await using process = await createSubprocessShell(
      "read go; cat >/dev/null; echo end",
      { stdin: PIPE, stdout: PIPE },
    );
    process.stdin.write(new Uint8Array(MUCH));
    const draining = createTask(process.stdin.drain());
    await sleep(0.02);
    assertEquals(draining.done(), false);
    const { transport } = process.stdin;
    assert(transport.getWriteBufferSize() > 64 << 10);
    process.stdin.write("\n");
    process.stdin.writeEof();
    await draining;
    assertEquals(text(await process.stdout.read()), "end\n");
    await process.stdin.waitClosed();
  }));

Deno.test("Process.stdin tells that the process has closed its input", () =>
  real(async () => {
    await using process = await createSubprocessExec("sleep", "0.02", {
      stdin: PIPE,
    });
    process.stdin.write(new Uint8Array(MUCH));
    await assertRejects(
      async () => await process.stdin.drain(),
      Deno.errors.BrokenPipe,
    );
    await assertRejects(
      async () => await process.stdin.drain(),
      Deno.errors.ConnectionReset,
      "Connection lost",
    );
    await assertRejects(
      async () => await process.stdin.waitClosed(),
      Deno.errors.BrokenPipe,
    );
    assertEquals(await process.wait(), 0);
  }));

Deno.test("Process.stdin is closed when the process has ended (P19)", () =>
  real(async () => {
    await using process = await createSubprocessExec("true", { stdin: PIPE });
    assertEquals(await process.wait(), 0);
    await process.stdin.waitClosed();
    assert(process.stdin.isClosing());
  }));

Deno.test("Process.stdout stops a process that prints more than is read (ST7)", () =>
  real(async () => {
    await using process = await createSubprocessShell(
      "head -c 10000000 /dev/zero; echo done >&2",
      { stdout: PIPE, stderr: PIPE, limit: 1000 },
    );
    const done = createTask(process.stderr.readline());
    await sleep(0.05);
    assertEquals(done.done(), false, "it stands in a write");
    assertEquals(process.returncode, null);
    const bytes = await process.stdout.read();
    assertEquals(bytes.length, 10_000_000);
    assertEquals(text(await done), "done\n");
    assertEquals(await process.wait(), 0);
  }));

Deno.test("Process.stdout is read line by line, to its end", () =>
  real(async () => {
    await using process = await createSubprocessShell(
      "for i in 1 2 3; do echo $i; done; printf rest",
      { stdout: PIPE },
    );
    const lines: string[] = [];
    for await (const line of process.stdout) lines.push(text(line));
    assertEquals(lines, ["1\n", "2\n", "3\n", "rest"]);
    assert(process.stdout.atEof());
    assertEquals(await process.wait(), 0);
  }));

Deno.test("Process is described by its number", () =>
  real(async () => {
    const process = await createSubprocessExec("true");
    assertEquals(String(process), `<Process ${process.pid}>`);
    assertEquals(Deno.inspect(process), `<Process ${process.pid}>`);
    await process.wait();
  }));
