import { assertEquals, assertRejects } from "@std/assert";
import type { CoroutineGenerator } from "../../loop/awaitables.ts";
import { operation } from "../../loop/coroutines.ts";
import { CancelledError } from "../../loop/errors.ts";
import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import { createTask } from "../../loop/tasks.ts";
import { timeout } from "../../loop/timeouts.ts";
import { interleave } from "../../transports/_connect_race.ts";
import {
  type RaceResult,
  staggeredRace,
} from "../../transports/_staggered_race.ts";
import { virtual } from "../_support.ts";

/** What an attempt does after so many seconds. */
type Plan = readonly [seconds: number, outcome: "wins" | "fails"];

/** Races attempts on virtual time, and notes when each starts and ends. */
function race(
  plans: readonly Plan[],
  delay: number | null,
  log: string[],
): PromiseLike<RaceResult<string>> {
  const note = (what: string) => log.push(`${currentLoop().time()} ${what}`);
  const attempts = plans.map(([seconds, outcome], i) =>
    function* (): CoroutineGenerator<string> {
      note(`${i} starts`);
      try {
        yield* sleep(seconds);
      } catch (error) {
        note(`${i} is cancelled`);
        throw error;
      }
      note(`${i} ${outcome}`);
      if (outcome === "fails") throw new Error(`error ${i}`);
      return `value ${i}`;
    }
  );
  const discard = (value: string) => note(`${value} is discarded`);
  return operation("race", staggeredRace(attempts, delay, discard));
}

Deno.test("staggeredRace() without a delay tries one after the other (C2)", () =>
  virtual(async () => {
    const log: string[] = [];
    const { winner, errors } = await race(
      [[5, "fails"], [5, "wins"], [1, "wins"]],
      null,
      log,
    );
    assertEquals(winner, { value: "value 1" });
    assertEquals(errors.map(String), ["Error: error 0"]);
    assertEquals(log, ["0 0 starts", "5 0 fails", "5 1 starts", "10 1 wins"]);
  }));

Deno.test("staggeredRace() starts the next after the delay, and the winner cancels the rest (C3)", () =>
  virtual(async () => {
    const log: string[] = [];
    const { winner } = await race(
      [[60, "wins"], [1, "wins"], [60, "wins"]],
      0.25,
      log,
    );
    assertEquals(winner, { value: "value 1" });
    assertEquals(log, [
      "0 0 starts",
      "0.25 1 starts",
      "0.5 2 starts",
      "1.25 1 wins",
      "1.25 0 is cancelled",
      "1.25 2 is cancelled",
    ]);
  }));

Deno.test("staggeredRace() starts the next at once when the last one fails (C3)", () =>
  virtual(async () => {
    const log: string[] = [];
    const { winner, errors } = await race(
      [[0.1, "fails"], [9, "fails"], [0.5, "wins"]],
      0.25,
      log,
    );
    assertEquals(winner, { value: "value 2" });
    assertEquals(errors.length, 1);
    assertEquals(log, [
      "0 0 starts",
      "0.1 0 fails",
      "0.1 1 starts",
      "0.35 2 starts",
      "0.85 2 wins",
      "0.85 1 is cancelled",
    ]);
  }));

Deno.test("staggeredRace() tells every error if nobody wins", () =>
  virtual(async () => {
    for (const delay of [null, 0, 1]) {
      const { winner, errors } = await race(
        [[3, "fails"], [1, "fails"], [2, "fails"]],
        delay,
        [],
      );
      assertEquals(winner, null);
      assertEquals(
        errors.map(String),
        [0, 1, 2].map((i) => `Error: error ${i}`),
      );
    }
    assertEquals(await race([], 1, []), { winner: null, errors: [] });
  }));

Deno.test("staggeredRace() discards what a second winner has made", () =>
  virtual(async () => {
    const log: string[] = [];
    await race([[1, "wins"], [1, "wins"]], 0, log);
    assertEquals(log.at(-1), "1 value 1 is discarded");
  }));

Deno.test("staggeredRace() waits for attempts that do not end when cancelled (C3)", () =>
  virtual(async () => {
    const stubborn = function* (): CoroutineGenerator<string> {
      try {
        yield* sleep(9);
      } catch {
        yield* sleep(100);
      }
      return "late";
    };
    const quick = function* (): CoroutineGenerator<string> {
      yield* sleep(1);
      return "quick";
    };
    const discarded: string[] = [];
    const { winner } = await operation(
      "race",
      staggeredRace([stubborn, quick], 1, (value) => discarded.push(value)),
    );
    assertEquals(winner, { value: "quick" });
    assertEquals(currentLoop().time(), 102);
    assertEquals(discarded, ["late"]);
  }));

Deno.test("staggeredRace() cancels its attempts when it is cancelled, and waits for them", () =>
  virtual(async () => {
    const log: string[] = [];
    const task = createTask(async () => {
      await race([[60, "wins"], [60, "wins"]], 1, log);
    });
    await sleep(2);
    task.cancel();
    await assertRejects(() => Promise.resolve(task), CancelledError);
    assertEquals(log, [
      "0 0 starts",
      "1 1 starts",
      "2 0 is cancelled",
      "2 1 is cancelled",
    ]);
    await assertRejects(() =>
      timeout(0.5, async () => {
        await race([[60, "wins"]], 1, []);
      })
    );
  }));

Deno.test("interleave() lets the families alternate (C3)", () => {
  const list = (text: string) =>
    [...text].map((name) => ({ name, family: /[a-z]/.test(name) ? 6 : 4 }));
  const order = (text: string, count: number) =>
    interleave(list(text), count).map(({ name }) => name).join("");
  assertEquals(order("abcd123", 1), "a1b2c3d");
  assertEquals(order("abcd123", 3), "abc1d23");
  assertEquals(order("1abc", 1), "1abc");
  assertEquals(order("", 1), "");
});
