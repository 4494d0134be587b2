import { CALL_SOON } from "./call_soon.ts";
import { CONDITION } from "./condition.ts";
import { CONNECTIONS } from "./connections.ts";
import { CREATE_TASK } from "./create_task.ts";
import { DEBUG } from "./debug.ts";
import { EXECUTOR } from "./executor.ts";
import { GROWTH } from "./growth.ts";
import { JOBS } from "./jobs.ts";
import { LINES } from "./lines.ts";
import { LOCK } from "./lock.ts";
import { MEMORY } from "./memory.ts";
import { PING_PONG } from "./ping_pong.ts";
import { QUEUE } from "./queue.ts";
import { SEMAPHORE } from "./semaphore.ts";
import { SLEEP_ZERO } from "./sleep_zero.ts";
import { SUBPROCESS } from "./subprocess.ts";
import { TASK_GROUP } from "./task_group.ts";
import { TIMEOUT } from "./timeout.ts";
import { TIMERS } from "./timers.ts";
import { UNTIL } from "./until.ts";
import type { Work } from "./work.ts";

/** Every work, in the order of the report. */
export const WORKS: readonly Work[] = [
  ...SLEEP_ZERO,
  CREATE_TASK,
  PING_PONG,
  CALL_SOON,
  ...TIMERS,
  ...QUEUE,
  JOBS,
  ...LOCK,
  SEMAPHORE,
  CONDITION,
  TASK_GROUP,
  TIMEOUT,
  ...LINES,
  UNTIL,
  ...SUBPROCESS,
  ...EXECUTOR,
  ...MEMORY,
  ...GROWTH,
  ...CONNECTIONS,
  ...DEBUG,
];
