/**
 * Every scenario of locks, queues, timeouts and groups, again and again, with each of its tasks cancelled at each
 * moment in turn: in the middle of whatever runs then, and by a callback of its own. Whatever the blow hits: no item
 * is lost or doubled, no lock or permit leaks, nobody is left waiting, every task ends, no child outlives its group,
 * and whoever cancels a task for a purpose of its own takes the request back.
 *
 * Of the random scenarios it takes every tenth moment; with `CANCEL_EVERYWHERE=full` all of them (about a minute).
 */
import { assert, assertEquals } from "@std/assert";
import {
  type Condition,
  type Coroutine,
  createTask,
  Event,
  type Lock,
  type Queue,
  type Semaphore,
} from "../../mod.ts";
import { type Blow, strike } from "./cancel_everywhere.ts";
import { corpusDirectory, readCases } from "./corpus.ts";
import type { Harness } from "./harness.ts";
import type { Scenario, Step } from "./scenario.ts";
import type { StyleName } from "./style.ts";
import { STYLE_NAMES } from "./styles.ts";

const isFull = Deno.env.get("CANCEL_EVERYWHERE") === "full";
/** For each file of the corpus, how many moments to go on from one to the next. */
const AREAS = {
  locks: 1,
  queues: 1,
  timeouts: 1,
  taskgroups: 1,
  random: isFull ? 1 : 10,
};

for (const [area, stride] of Object.entries(AREAS)) {
  const cases = readCases(new URL(`${area}.json`, corpusDirectory));
  const scenarios = cases.map(({ scenario }) => scenario).filter(isSubject);
  for (const style of STYLE_NAMES) {
    const name =
      `${area}.json survives a cancellation of any task at any moment (${style})`;
    Deno.test(name, async () => {
      let blows = 0;
      const violations: string[] = [];
      for (const scenario of scenarios) {
        const moments = await momentsOf(scenario, style);
        for (let index = 0; index < moments.length; index += stride) {
          const blow = moments[index]!;
          const aftermath = await strike(scenario, style, blow);
          if (aftermath.struck) blows++;
          violations.push(
            ...aftermath.violations.map((text) =>
              describe(scenario, blow, text)
            ),
          );
        }
      }
      console.log(
        `${area}, ${style}: ${scenarios.length} scenarios, ${blows} cancellations`,
      );
      const shown = violations.slice(0, 20).join("\n");
      assert(
        violations.length === 0,
        `${violations.length} violations\n${shown}`,
      );
    });
  }
}

/** All moments; the run that finds them must itself leave nothing behind. */
async function momentsOf(
  scenario: Scenario,
  style: StyleName,
): Promise<Blow[]> {
  const { moments, violations } = await strike(scenario, style, null);
  assert(violations.length === 0, `${scenario.name}: ${violations.join("\n")}`);
  return moments.flatMap((blow) => [blow, { ...blow, soon: true }]);
}

function describe(
  scenario: Scenario,
  { victim, afterLines, soon }: Blow,
  text: string,
): string {
  return `${scenario.name}: ${text} (${victim} cancelled ${
    soon ? "soon " : ""
  }after line ${afterLines})`;
}

/** Streams have tests of their own. */
function isSubject({ objects }: Scenario): boolean {
  return !Object.values(objects ?? {}).some(([kind]) => kind === "reader");
}

// That all of the above can fail

const MAIN: Step[] = [
  ["queue.put", "Q", 1],
  ["queue.put", "Q", 2],
  ["taskgroup", "G", [["tg.spawn", "child", "G", "child"], ["sleep", 1]]],
  ["queue.get", "Q"],
];

const SABOTAGED: Scenario = {
  name: "sabotaged",
  objects: {
    Q: ["queue", 3],
    L: ["lock"],
    S: ["semaphore", 2],
    C: ["condition"],
    E: ["event"],
  },
  tasks: { main: MAIN, child: [["sleep", 2]], other: [["event.wait", "E"]] },
};

const SABOTAGE: Record<string, (harness: Harness) => unknown> = {
  "Q: it contains  instead of 1": (harness) =>
    harness.object<Queue<number>>("Q").getNowait(),
  "Q: it contains 2,3 instead of 2": (harness) =>
    harness.object<Queue<number>>("Q").putNowait(3),
  "S: it has 3 permits instead of 2": (harness) =>
    harness.object<Semaphore>("S").release(),
  "S: it has 1 permits instead of 2": (harness) =>
    createTask(() => harness.object<Semaphore>("S").acquire()),
  "L: locked() is true, but it is held 0 times": (harness) =>
    createTask(() => harness.object<Lock>("L").acquire()),
  "C: the only waiter is not notified": (harness) =>
    createTask(() => waitOn(harness.object<Condition>("C"))),
  "other is forgotten in event.wait of E": (harness) => {
    harness.spawn("other", "other");
    harness.loop.callLater(5, () => {
      const event = new Event();
      event.set();
      harness.objects.set("E", event);
    });
  },
  "child outlives its group G": (harness) => {
    const { child } = Object.fromEntries(harness.references);
    child!.done = () => false;
    harness.loop.callLater(5, () => Reflect.deleteProperty(child!, "done"));
  },
  "main counts 1 requests instead of 0": (harness) =>
    harness.references.get("main")!.cancel(),
};

for (const [violation, sabotage] of Object.entries(SABOTAGE)) {
  Deno.test(`strike() notices sabotage: ${violation}`, async () => {
    const { violations } = await strike(SABOTAGED, "gen", {
      victim: "main",
      afterLines: 5,
      sabotage,
    });
    assertEquals(violations, [violation]);
  });
}

function waitOn(condition: Condition): Coroutine<true> {
  return condition.with(() => condition.wait());
}
