import { assert, assertEquals } from "@std/assert";
import {
  createTask,
  type Future,
  getRunningLoop,
  run,
  sleep,
  timeout,
  VirtualTimeEventLoop,
} from "../../loop/mod.ts";
import { Queue } from "../../queues/mod.ts";

const debug = { debug: true, loopFactory: () => new VirtualTimeEventLoop() };

/** The functions whose frames end the stack of what `body` throws. */
async function framesOf(body: () => Promise<unknown>): Promise<string[]> {
  return readFrames(await body().catch((error: unknown) => error));
}

function readFrames(error: unknown): string[] {
  assert(error instanceof Error);
  const names = error.stack!.matchAll(/^ {4}at async (\w+) \(.*:\d+:\d+\)$/gm);
  return [...names].map(([, name]) => name!);
}

Deno.test("an error of a wait names the async functions that waited", () =>
  run(async () => {
    const queue = new Queue<number>();
    async function take() {
      return await queue.get();
    }
    async function work() {
      return await take() + 1;
    }
    getRunningLoop().callLater(1, () => queue.shutdown());
    assertEquals(await framesOf(work), ["take", "work", "framesOf"]);
  }, debug));

Deno.test("TimeoutError names the async functions that waited", () =>
  run(async () => {
    async function fetchPage() {
      await timeout(1, () => sleep(60));
    }
    assertEquals(await framesOf(fetchPage), ["fetchPage", "framesOf"]);
  }, debug));

Deno.test("CancelledError names the async functions that were interrupted", () =>
  run(async () => {
    let frames: string[] = [];
    async function idle() {
      await sleep(60);
    }
    const task = createTask(async function work() {
      try {
        await idle();
      } catch (error) {
        frames = readFrames(error);
        throw error;
      }
    });
    await sleep(1);
    task.cancel();
    await Promise.allSettled([task]);
    assertEquals(frames, ["idle", "work"]);
  }, debug));

Deno.test("an error tells who waited first, and only once", () =>
  run(async () => {
    const future: Future<void> = getRunningLoop().createFuture();
    async function first() {
      await future;
    }
    async function second() {
      await future;
    }
    getRunningLoop().callLater(1, () => future.setException(new Error("no")));
    const all = await Promise.all([framesOf(first), framesOf(second)]);
    assertEquals(all, [["first", "framesOf"], ["first", "framesOf"]]);
  }, debug));

Deno.test("an error that is frozen is thrown as it is", () =>
  run(async () => {
    const future: Future<void> = getRunningLoop().createFuture();
    const error = Object.freeze(new Error("no"));
    const { stack } = error;
    getRunningLoop().callLater(1, () => future.setException(error));
    const thrown = await future.catch((error) => error);
    assertEquals(thrown, error);
    assertEquals(error.stack, stack);
  }, debug));

Deno.test("what then() returns fails with what its callback throws", () =>
  run(async () => {
    const queue = new Queue<number>();
    getRunningLoop().callLater(1, () => queue.shutdown());
    const chained = queue.get().then(
      (item) => item,
      () => {
        throw new RangeError("made of it");
      },
    ).then(() => "kept", (error) => String(error));
    assertEquals(await chained, "RangeError: made of it");
  }, debug));
