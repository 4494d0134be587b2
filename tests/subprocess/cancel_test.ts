import { assert, assertEquals } from "@std/assert";
import type { CoroutineGenerator } from "../../loop/awaitables.ts";
import { operation } from "../../loop/coroutines.ts";
import { CancelledError } from "../../loop/errors.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask, type Task } from "../../loop/tasks.ts";
import type { StreamReader } from "../../streams/stream_reader.ts";
import type { StreamWriter } from "../../streams/stream_writer.ts";
import { PIPE, STDOUT } from "../../subprocess/constants.ts";
import {
  type CreateSubprocessOptions,
  createSubprocessShell,
} from "../../subprocess/create.ts";
import type { Process } from "../../subprocess/process.ts";
import { real } from "../transports/_real.ts";
import { assertGone, leavesNothing, uniqueSeconds } from "./_processes.ts";

const PIPES = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;
const MERGED = { stdin: PIPE, stdout: PIPE, stderr: STDOUT } as const;

/** Through all steps of starting a process, and some of using it. */
const STEPS = 12;

/** Moments after that, in seconds. */
const MOMENTS = [0.001, 0.002, 0.004, 0.008];

/** What a task may wait for when it is cancelled. */
const USES = {
  "wait()": (mark: string) => use(mark, PIPES, (process) => process.wait()),
  "communicate()": (mark: string) =>
    use(mark, PIPES, (process) => process.communicate(new Uint8Array(1 << 20))),
  "communicate() with STDOUT": (mark: string) =>
    use(mark, MERGED, (process) => process.communicate("x")),
  "drain()": (mark: string) =>
    use(mark, PIPES, (process) => {
      process.stdin.write(new Uint8Array(1 << 20));
      return process.stdin.drain();
    }),
  "readline()": (mark: string) =>
    use(mark, MERGED, (process) => process.stdout.readline()),
  "communicate() in no block": async (mark: string) => {
    const process = await createSubprocessShell(`exec sleep ${mark}`, PIPES);
    await process.communicate(new Uint8Array(1 << 20));
  },
};

type Options = CreateSubprocessOptions<
  typeof PIPE,
  typeof PIPE,
  typeof PIPE | typeof STDOUT
>;

/** Starts a process that goes on for ever, and waits for something of it. */
async function use(
  mark: string,
  options: Options,
  wait: (child: Process<StreamWriter, StreamReader>) => PromiseLike<unknown>,
): Promise<void> {
  await using process = await createSubprocessShell(
    `exec sleep ${mark}`,
    options,
  );
  await wait(process);
}

/** Lets the loop turn, then some time pass. */
function* elapse(steps: number, seconds: number): CoroutineGenerator<void> {
  for (let step = 0; step < steps; step++) yield* sleep(0);
  if (seconds > 0) yield* sleep(seconds);
}

async function assertCancelled(task: Task<void>): Promise<void> {
  task.cancel();
  try {
    await task;
  } catch (error) {
    assert(error instanceof CancelledError, `${error}`);
  }
  assert(task.cancelled());
}

for (const [name, body] of Object.entries(USES)) {
  Deno.test(`Process is killed and waited for when cancelled, up to ${name} (SP9)`, () =>
    leavesNothing(() =>
      real(async () => {
        const mark = uniqueSeconds();
        const moments = [
          ...Array.from({ length: STEPS }, (_, steps) => [steps, 0] as const),
          ...MOMENTS.map((seconds) => [STEPS, seconds] as const),
        ];
        for (const [steps, seconds] of moments) {
          const task = createTask(() => body(mark));
          await operation("elapse", elapse(steps, seconds));
          await assertCancelled(task);
          assertGone(mark);
        }
      })
    ));
}

Deno.test("Process is killed when its block is cancelled while it is left", () =>
  leavesNothing(() =>
    real(async () => {
      const mark = uniqueSeconds();
      for (let steps = 0; steps < 4; steps++) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const task = createTask(async () => {
          await using _ = await createSubprocessShell(
            `exec sleep ${mark}`,
            PIPES,
          );
          resolve();
        });
        await promise;
        await operation("elapse", elapse(steps, 0));
        task.cancel();
        while (!task.done()) await sleep(0);
        // The kill is sent, and no wait of ours is needed for the rest.
        await sleep(0.05);
        assertGone(mark);
      }
    })
  ));

Deno.test("Process goes on when only a wait for it is cancelled", () =>
  real(async () => {
    await using process = await createSubprocessShell("cat; exit 4", PIPES);
    for (
      const wait of [
        () => process.wait(),
        () => process.stdout.read(),
      ]
    ) {
      const task = createTask(async () => {
        await wait();
      });
      await sleep(0.001);
      if (process.returncode === null && !task.done()) {
        await assertCancelled(task);
      }
    }
    assertEquals((await process.communicate())[1], new Uint8Array());
    assertEquals(process.returncode, 4);
  }));
