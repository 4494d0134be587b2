import { assert, assertEquals, assertRejects } from "@std/assert";
import { TimeoutError } from "../../loop/errors.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { DEVNULL, PIPE } from "../../subprocess/constants.ts";
import {
  createSubprocessExec,
  createSubprocessShell,
} from "../../subprocess/create.ts";
import { real } from "../transports/_real.ts";
import {
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

Deno.test("Process.communicate() that times out leaves the process and loses nothing", () =>
  real(async () => {
    const script = "echo first; read x; cat; echo second";
    await using process = await createSubprocessShell(script, BOTH);
    const slow = () =>
      timeout(0.05, async () => {
        await process.stdout.readline();
        await process.communicate(null);
      });
    process.stdin.write("go\n");
    assertEquals(process.returncode, null);
    await slow();
    assertEquals(process.returncode, 0);

    await using other = await createSubprocessShell(
      "echo first; sleep 0.3; echo second",
      BOTH,
    );
    await assertRejects(
      async () => await timeout(0.1, () => other.communicate()),
      TimeoutError,
    );
    assertEquals(other.returncode, null);
    const [output] = await other.communicate();
    assertEquals(text(output), "first\nsecond\n");
    assertEquals(other.returncode, 0);
  }));

Deno.test("Process.communicate() keeps its deadline though a grandchild keeps the pipe", () =>
  leavesNothing(() =>
    real(async () => {
      const seconds = uniqueSeconds();
      await using process = await createSubprocessShell(
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
        await assertRejects(
          async () => await timeout(0.1, () => process.communicate()),
          TimeoutError,
        );
        process[signal]();
        let printed = "";
        const elapsed = await secondsOf(async () => {
          const [output] = await process.communicate();
          printed = text(output);
        });
        assert(elapsed > 0.9 && elapsed < 5, `${elapsed}`);
        assertEquals(process.returncode, returncode);
        Deno.kill(Number(printed), "SIGKILL");
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
