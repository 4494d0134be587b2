import { assert, assertEquals, assertRejects } from "@std/assert";
import { CancelledError, TimeoutError } from "../../loop/errors.ts";
import { getRunningLoop } from "../../loop/running.ts";
import { shield } from "../../loop/shield.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { ProcessStreams } from "../../subprocess/_process_streams.ts";
import { DEVNULL, PIPE } from "../../subprocess/constants.ts";
import {
  createSubprocessExec,
  createSubprocessShell,
} from "../../subprocess/create.ts";
import { Process } from "../../subprocess/process.ts";
import { real } from "../transports/_real.ts";
import {
  assertGone,
  HAS_PROC,
  leavesNothing,
  text,
  uniqueSeconds,
  untilGone,
} from "./_processes.ts";

const ALL = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
const BOTH = { stdin: PIPE, stdout: PIPE } as const;
const FLOOD = 100 << 20;

/** Bytes of which each megabyte is different. */
function flood(): Uint8Array {
  const bytes = new Uint8Array(FLOOD);
  const numbers = new Uint32Array(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) numbers[i] = i;
  return bytes;
}

/** Compares many bytes; `assertEquals` would take minutes. */
function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  const wrong = actual.findIndex((byte, i) => byte !== expected[i]);
  assert(wrong < 0, `byte ${wrong} is another`);
}

/** Runs `body` and returns how long it took, in seconds. */
async function secondsOf(body: () => PromiseLike<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return (performance.now() - start) / 1000;
}

Deno.test("Process.communicate() feeds the input and collects both outputs (SP2)", () =>
  real(async () => {
    const process = await createSubprocessShell(
      "cat; echo error >&2; exit 3",
      ALL,
    );
    const [stdout, stderr] = await process.communicate("größer");
    assertEquals([text(stdout), text(stderr)], ["größer", "error\n"]);
    assertEquals(process.returncode, 3);
    assert(process.stdin.isClosing());
  }));

Deno.test("Process.communicate() closes stdin without an input too (SP2)", () =>
  real(async () => {
    const process = await createSubprocessExec("cat", BOTH);
    assertEquals(await process.communicate(), [new Uint8Array(), null]);
    const empty = await createSubprocessExec("cat", BOTH);
    assertEquals(await empty.communicate(""), [new Uint8Array(), null]);
  }));

Deno.test("Process.communicate() refuses an input that cannot be fed", () =>
  real(async () => {
    await using process = await createSubprocessExec("cat", {
      stdin: DEVNULL,
      stdout: PIPE,
    });
    await assertRejects(
      async () => await process.communicate("x"),
      TypeError,
      "stdin is not a pipe",
    );
    assertEquals(await process.communicate(), [new Uint8Array(), null]);
  }));

Deno.test("Process.communicate() takes no offence at an input that is not read (SP2)", () =>
  real(async () => {
    const input = new Uint8Array(4 << 20);
    const process = await createSubprocessShell("echo done; exit 1", BOTH);
    const [output] = await process.communicate(input);
    assertEquals(text(output), "done\n");
    const closing = await createSubprocessShell(
      "exec <&-; sleep 0.02; echo done",
      BOTH,
    );
    const [rest] = await closing.communicate(input);
    assertEquals(text(rest), "done\n");
  }));

Deno.test("Process.communicate() sends 100 MiB through cat and gets them back", () =>
  leavesNothing(() =>
    real(async () => {
      const input = flood();
      const process = await createSubprocessExec("cat", BOTH);
      const [output] = await process.communicate(input);
      assertSame(output, input);
      assertEquals(process.returncode, 0);
    })
  ));

Deno.test("Process.communicate() survives floods through both outputs, and the input", () =>
  leavesNothing(() =>
    real(async () => {
      const size = 20 << 20;
      const process = await createSubprocessShell(
        `head -c ${size} /dev/zero & head -c ${size} /dev/zero >&2 & ` +
          "cat; wait; echo end; echo end >&2",
        ALL,
      );
      const [stdout, stderr] = await process.communicate(new Uint8Array(size));
      assertEquals(stdout.length, 2 * size + 4);
      assertEquals(stderr.length, size + 4);
      assertEquals(text(stderr.subarray(-4)), "end\n");
    })
  ));

Deno.test("Process.communicate() that times out kills the process, and keeps what was read", () =>
  leavesNothing(() =>
    real(async () => {
      const seconds = uniqueSeconds();
      const process = await createSubprocessShell(
        `echo first; exec sleep ${seconds}`,
        ALL,
      );
      await assertRejects(
        async () => await timeout(0.1, () => process.communicate("x")),
        TimeoutError,
      );
      assertEquals(process.returncode, -9);
      assertGone(seconds);
      // As one does in Python, where all of that is still to be done.
      process.kill();
      const [output, errors] = await process.communicate();
      assertEquals([text(output), text(errors)], ["first\n", ""]);
      assertEquals(await process.wait(), -9);
    })
  ));

Deno.test("Process.communicate() that times out within shield() goes on, and loses nothing", () =>
  leavesNothing(() =>
    real(async () => {
      const process = await createSubprocessShell(
        "echo first; read x; echo $x",
        BOTH,
      );
      const { promise: listening, resolve: listens } = Promise
        .withResolvers<void>();
      const talk = createTask(async () => {
        listens();
        return await process.communicate("second\n");
      });
      await listening;
      await assertRejects(
        async () => await timeout(0, () => shield(talk)),
        TimeoutError,
      );
      assertEquals(process.returncode, null);
      const [output] = await talk;
      assertEquals(text(output), "first\nsecond\n");
      assertEquals(process.returncode, 0);
    })
  ));

Deno.test("Process.communicate() that is cancelled twice still kills the process", () =>
  leavesNothing(() =>
    real(async () => {
      const seconds = uniqueSeconds();
      const process = await createSubprocessExec("sleep", seconds, ALL);
      const talk = createTask(async () => {
        await process.communicate();
      });
      await sleep(0.01);
      talk.cancel();
      await sleep(0);
      talk.cancel();
      await assertRejects(async () => await talk, CancelledError);
      assertEquals(await process.wait(), -9);
      // Its pipes are closed at the next turns, with nobody waiting for that.
      await process[Symbol.asyncDispose]();
    })
  ));

Deno.test("Process.communicate() that is cancelled does not wait for whom it must not kill", () =>
  leavesNothing(() =>
    real(async () => {
      const seconds = uniqueSeconds();
      const [transport, streams] = await getRunningLoop().subprocessExec(
        () => new ProcessStreams(undefined),
        "sleep",
        seconds,
      );
      const child = transport.getExtraInfo("subprocess") as Deno.ChildProcess;
      const { kill } = child;
      child.kill = () => {
        throw new Deno.errors.PermissionDenied("of another user");
      };
      const process = new Process(transport, streams);
      await assertRejects(
        async () => await timeout(0.01, () => process.communicate()),
        TimeoutError,
      );
      assertEquals(process.returncode, null);
      kill.call(child, "SIGKILL");
      assertEquals(await process.wait(), -9);
      await process[Symbol.asyncDispose]();
    })
  ));

Deno.test("Process.communicate() keeps its deadline though a grandchild keeps the pipe", () =>
  leavesNothing(() =>
    real(async () => {
      const seconds = uniqueSeconds();
      const process = await createSubprocessShell(
        `sleep ${seconds} & echo $!`,
        BOTH,
      );
      const elapsed = await secondsOf(() =>
        assertRejects(
          async () => await timeout(0.1, () => process.communicate()),
          TimeoutError,
        )
      );
      assert(elapsed < 1, `${elapsed}`);
      assertEquals(process.returncode, 0, "the child itself has ended");
      const grandchild = Number(text(await process.stdout.readline()));
      Deno.kill(grandchild, "SIGKILL");
    })
  ));

Deno.test({
  name: "Process.communicate() that times out takes a detached group along",
  ignore: !HAS_PROC,
  fn: () =>
    leavesNothing(() =>
      real(async () => {
        const seconds = uniqueSeconds();
        const process = await createSubprocessShell(
          `sleep ${seconds} & echo started; wait`,
          { ...ALL, detached: true },
        );
        await process.stdout.readline();
        await assertRejects(
          async () => await timeout(0.01, () => process.communicate()),
          TimeoutError,
        );
        assertEquals(process.returncode, -9);
        await untilGone(seconds);
      })
    ),
});

for (
  const [signal, returncode] of [["kill", -9], ["terminate", -15]] as const
) {
  Deno.test(`Process.communicate() ends after ${signal}() though a grandchild keeps the pipe`, () =>
    leavesNothing(() =>
      real(async () => {
        const seconds = uniqueSeconds();
        await using process = await createSubprocessShell(
          `sleep ${seconds} & echo $!; wait`,
          ALL,
        );
        const grandchild = Number(text(await process.stdout.readline()));
        const talk = createTask(process.communicate());
        await sleep(0.01);
        process[signal]();
        const elapsed = await secondsOf(() => talk);
        assert(elapsed > 0.9 && elapsed < 5, `${elapsed}`);
        assertEquals(process.returncode, returncode);
        Deno.kill(grandchild, "SIGKILL");
      })
    ));
}

Deno.test({
  name: "Process.communicate() ends at once after kill() of a detached group",
  ignore: !HAS_PROC,
  fn: () =>
    leavesNothing(() =>
      real(async () => {
        const seconds = uniqueSeconds();
        await using process = await createSubprocessShell(
          `sleep ${seconds} & echo started; wait`,
          { ...ALL, detached: true },
        );
        const talk = createTask(process.communicate());
        process.kill();
        const elapsed = await secondsOf(() => talk);
        assert(elapsed < 0.9, `${elapsed}`);
        assertEquals(process.returncode, -9);
        await untilGone(seconds);
      })
    ),
});

Deno.test("Process.communicate() waits for what outlives a child that ended by itself", () =>
  real(async () => {
    const process = await createSubprocessShell(
      "(sleep 1.2; echo late) & echo early",
      { stdout: PIPE },
    );
    const [output] = await process.communicate();
    assertEquals(text(output), "early\nlate\n");
  }));
