import { assertEquals } from "@std/assert";
import type { Body, CoroutineLike } from "../loop/awaitables.ts";
import type { Coroutine } from "../loop/coroutines.ts";
import type { Future } from "../loop/futures.ts";
import { run } from "../loop/runners.ts";
import { sleep } from "../loop/sleep.ts";
import type { Task } from "../loop/tasks.ts";
import { VirtualTimeEventLoop } from "../loop/virtual_time_event_loop.ts";

/**
 * Runs `main` on virtual time; fails if anything reached the exception handler.
 *
 * @returns What `main` returned.
 */
export async function virtual<T>(main: CoroutineLike<T>): Promise<T> {
  const reports: string[] = [];
  const result = await run(main, {
    loopFactory: () => {
      const loop = new VirtualTimeEventLoop();
      loop.setExceptionHandler((_loop, { message, exception }) => {
        reports.push(`${message}: ${exception}`);
      });
      return loop;
    },
  });
  assertEquals(reports, []);
  return result;
}

/** One of the two ways to write a coroutine. */
export interface Style {
  /** As it stands in the name of a test. */
  readonly name: string;
  /** Makes the body of a task that waits for one operation, then goes on. */
  body<T>(
    operation: () => Coroutine<T> | Future<T>,
    then?: (result: T) => void,
  ): Body<T>;
}

/** The two ways to write a coroutine. */
export const STYLES: readonly Style[] = [
  {
    name: "async function",
    body: (operation, then) => async () => {
      const result = await operation();
      then?.(result);
      return result;
    },
  },
  {
    name: "generator",
    body: (operation, then) =>
      function* () {
        const result = yield* operation();
        then?.(result);
        return result;
      },
  },
];

/** Defines one test per style, each on virtual time. */
export function testInBothStyles(
  name: string,
  body: (style: Style) => Promise<void>,
): void {
  for (const style of STYLES) {
    Deno.test(`${name} (${style.name})`, () => virtual(() => body(style)));
  }
}

/** Lets the loop run `count` iterations. */
export async function iterations(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await sleep(0);
}

/** Tells in a word what became of a task: for asserting many at once. */
export function outcomeOf(task: Task<unknown>): string {
  if (!task.done()) return "pending";
  if (task.cancelled()) return "cancelled";
  const error = task.exception();
  return error instanceof Error ? error.name : "finished";
}
