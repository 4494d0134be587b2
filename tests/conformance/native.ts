/**
 * Scenarios written as native async functions: every wait is an `await`.
 *
 * A body awaits what the library gives it directly, and each nested list of steps costs one async function: what
 * comes between two waits of the library then is what a program's own functions would put there, and no more.
 */
import { asCompleted, currentTask, type StreamReader } from "../../mod.ts";
import { openBlock } from "./blocks.ts";
import {
  asCompletedOf,
  attemptOf,
  branchOf,
  repeatOf,
  signalOf,
  writeItem,
} from "./control.ts";
import { catches, UserError } from "./errors.ts";
import type { Harness } from "./harness.ts";
import { isImmediate, makeTasks, runImmediate } from "./immediate.ts";
import { writeDone, writeFailed } from "./lines.ts";
import type { Json, Signal, Step } from "./scenario.ts";
import type { Style } from "./style.ts";
import { isWaiting, startWait, waitedValue } from "./waiting.ts";

type Walk = Promise<Signal | undefined>;

/** Bodies as async functions. A call starts one, so a task is given a thunk. */
export const nativeStyle: Style = {
  name: "async",
  task: (harness, body, name) => () => task(harness, body, name),
  inline: (harness, body) => () => inline(harness, body),
  walk,
};

async function task(
  harness: Harness,
  body: string,
  name: string,
): Promise<Json> {
  harness.register(currentTask()!, name);
  harness.emit("start");
  let signal: Signal | undefined;
  try {
    signal = await walk(harness, harness.steps(body), undefined);
  } catch (error) {
    harness.emit("end!", harness.error(error));
    throw error;
  }
  const value = signal?.value ?? null;
  harness.emit("end", ...(value === null ? [] : [value]));
  return value;
}

async function inline(harness: Harness, body: string): Promise<Json> {
  const signal = await walk(harness, harness.steps(body), undefined);
  return signal?.value ?? null;
}

async function walk(
  harness: Harness,
  steps: readonly Step[],
  handling: unknown,
): Walk {
  for (const step of steps) {
    if (harness.style.pause) await harness.style.pause(harness);
    if (isImmediate(step)) runImmediate(harness, step);
    else if (isWaiting(step)) {
      let value: unknown;
      try {
        value = waitedValue(harness, step, await startWait(harness, step));
      } catch (error) {
        writeFailed(harness, step, error);
        throw error;
      }
      writeDone(harness, step, value);
    } else {
      const signal = await run(harness, step, handling);
      if (signal !== undefined) return signal;
    }
  }
  return undefined;
}

/** Not async itself: it only chooses. */
function run(harness: Harness, step: Step, handling: unknown): Walk | Signal {
  switch (step[0]) {
    case "try":
      return attempt(harness, step, handling);
    case "repeat":
      return repeat(harness, step, handling);
    case "if":
      return walk(harness, branchOf(harness, step), handling);
    case "return":
      return signalOf(step);
    case "reraise":
      throw handling;
    case "call":
      return report(harness, step, () => inline(harness, step[1] as string));
    case "as_completed":
      return report(harness, step, () => iterateCompleted(harness, step));
    case "reader.lines":
      return report(
        harness,
        step,
        () => iterateLines(harness, step[1] as string),
      );
  }
  return block(harness, step, handling);
}

async function attempt(harness: Harness, step: Step, handling: unknown): Walk {
  const parts = attemptOf(step);
  try {
    return await walk(harness, parts.steps, handling);
  } catch (error) {
    if (!catches(error, parts.names)) throw error;
    harness.emit("caught", harness.error(error));
    return await walk(harness, parts.handler, error);
  } finally {
    if (parts.finally.length > 0) await walk(harness, parts.finally, handling);
  }
}

async function repeat(harness: Harness, step: Step, handling: unknown): Walk {
  const { times, steps } = repeatOf(step);
  for (let round = 0; round < times; round++) {
    const signal = await walk(harness, steps, handling);
    if (signal !== undefined) return signal;
  }
  return undefined;
}

async function block(harness: Harness, step: Step, handling: unknown): Walk {
  let signal: Signal | undefined;
  let value: unknown;
  try {
    const opened = openBlock(
      harness,
      step,
      (steps) => harness.style.walk(harness, steps, handling),
    );
    signal = await opened.entered;
    value = opened.value();
  } catch (error) {
    writeFailed(harness, step, error);
    throw error;
  }
  writeDone(harness, step, value);
  return signal;
}

async function report(
  harness: Harness,
  step: Step,
  perform: () => Promise<unknown>,
): Promise<undefined> {
  let value: unknown;
  try {
    value = await perform();
  } catch (error) {
    writeFailed(harness, step, error);
    throw error;
  }
  writeDone(harness, step, value);
}

async function iterateCompleted(harness: Harness, step: Step): Promise<void> {
  const { targets, timeout, asynchronous } = asCompletedOf(step);
  const completed = asCompleted(makeTasks(harness, targets), { timeout });
  if (asynchronous) {
    for await (const future of completed) writeItem(harness, future);
    return;
  }
  for (const next of completed) {
    try {
      writeItem(harness, await next);
    } catch (error) {
      harness.emit("next!", harness.error(error));
      if (!(error instanceof UserError)) throw error;
    }
  }
}

async function iterateLines(harness: Harness, name: string): Promise<void> {
  for await (const line of harness.object<StreamReader>(name)) {
    writeItem(harness, line);
  }
}
