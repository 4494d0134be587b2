/**
 * What an eager start means for an async function, of which CPython can not
 * tell: there the first step runs up to the first wait that suspends, here up
 * to the first `await`, even of something that is ready.
 */
import { assertEquals } from "@std/assert";
import {
  createTask,
  currentTask,
  Lock,
  run,
  sleep,
  VirtualTimeEventLoop,
} from "../../mod.ts";

const options = { loopFactory: () => new VirtualTimeEventLoop() };

Deno.test("createTask() with eagerStart runs an async function up to its first await", () =>
  run(async () => {
    const lines: string[] = [];
    const lock = new Lock();
    currentTask()!.setName("maker");
    const task = createTask(async () => {
      lines.push(`start of ${currentTask()?.getName()}`);
      await lock.acquire();
      lines.push("the lock was free");
      await sleep(0);
      lines.push("slept");
    }, { name: "child", eagerStart: true });
    lines.push(`made by ${currentTask()?.getName()}`);
    assertEquals(task.done(), false);
    await task;
    lines.push("awaited");
    assertEquals(lines, [
      "start of child",
      "made by maker",
      "the lock was free",
      "slept",
      "awaited",
    ]);
  }, options));

Deno.test("createTask() with eagerStart runs the rest of an async function before the next task", () =>
  run(async () => {
    const lines: string[] = [];
    createTask(() => Promise.resolve(lines.push("next")));
    const lock = new Lock();
    const task = createTask(async () => {
      await lock.acquire();
      lines.push("child");
    }, { eagerStart: true });
    await task;
    assertEquals(lines, ["child", "next"]);
  }, options));

Deno.test("createTask() with eagerStart does not see at once that an async function has ended", () =>
  run(async () => {
    const native = createTask(() => Promise.resolve(1), { eagerStart: true });
    assertEquals(native.done(), false);
    // deno-lint-ignore require-yield
    const generator = createTask(function* () {
      return 2;
    }, { eagerStart: true });
    assertEquals(generator.done(), true);
    assertEquals([await native, await generator], [1, 2]);
  }, options));
