import { CREATE_TASK } from "./create_task.ts";
import { LOCK } from "./lock.ts";
import { PING_PONG } from "./ping_pong.ts";
import { QUEUE } from "./queue.ts";
import { SLEEP_ZERO } from "./sleep_zero.ts";
import { TASK_GROUP } from "./task_group.ts";
import type { Budget, Subject, Work } from "./work.ts";

/** How many times as long anything may take in debug mode. */
const MOST = 3;

/** How long it takes to make some thousand objects, in seconds. */
const PAST_THE_FIRST = 0.05;

const STYLES = ["generator", "async"];

/** The subject with its loops in debug mode; it has a process of its own. */
function debugged(subject: Subject): Subject {
  return async (seconds) => {
    Deno.env.set("ASYNCIO_DEBUG", "1");
    // The places of the first thousand coroutines are noted, then a few.
    await subject(PAST_THE_FIRST);
    return await subject(seconds);
  };
}

/** The work as it is, and in debug mode. */
function inBothModes(work: Work): Work {
  const subjects: Record<string, Subject> = {};
  const budgets: Budget[] = [];
  for (const style of STYLES) {
    const subject = work.subjects[style]!;
    const debug = `${style}, debug`;
    subjects[style] = subject;
    subjects[debug] = debugged(subject);
    budgets.push({ subject: debug, versus: style, ratio: 1 / MOST });
  }
  const { name, title, unit } = work;
  return {
    suite: "debug",
    name,
    title: `${title}, debug mode off and on`,
    unit,
    subjects,
    cpython: false,
    budgets,
  };
}

/** What debug mode costs: the works of tasks, off and on. */
export const DEBUG: readonly Work[] = [
  ...SLEEP_ZERO,
  CREATE_TASK,
  PING_PONG,
  TASK_GROUP,
  ...QUEUE,
  ...LOCK,
].map(inBothModes);
