/**
 * Scenarios written as generator coroutines: every wait is a `yield*`.
 */
import {
  asCompleted,
  type CoroutineGenerator,
  currentTask,
  type StreamReader,
} from "../../mod.ts";
import { isBlock, openBlock } from "./blocks.ts";
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
import { startWait, waitedValue } from "./waiting.ts";

type Walk = CoroutineGenerator<Signal | undefined>;

/** Bodies as generator functions. */
export const generatorStyle: Style = { name: "gen", task, inline, walk };

function* task(
  harness: Harness,
  body: string,
  name: string,
): CoroutineGenerator<Json> {
  harness.register(currentTask()!, name);
  harness.emit("start");
  let value: Json;
  try {
    value = yield* inline(harness, body);
  } catch (error) {
    harness.emit("end!", harness.error(error));
    throw error;
  }
  harness.emit("end", ...(value === null ? [] : [value]));
  return value;
}

function* inline(harness: Harness, body: string): CoroutineGenerator<Json> {
  const signal = yield* walk(harness, harness.steps(body), undefined);
  return signal?.value ?? null;
}

function* walk(
  harness: Harness,
  steps: readonly Step[],
  handling: unknown,
): Walk {
  for (const step of steps) {
    if (isImmediate(step)) runImmediate(harness, step);
    else {
      const signal = yield* run(harness, step, handling);
      if (signal !== undefined) return signal;
    }
  }
  return undefined;
}

function* run(harness: Harness, step: Step, handling: unknown): Walk {
  switch (step[0]) {
    case "try":
      return yield* attempt(harness, step, handling);
    case "repeat":
      return yield* repeat(harness, step, handling);
    case "if":
      return yield* walk(harness, branchOf(harness, step), handling);
    case "return":
      return signalOf(step);
    case "reraise":
      throw handling;
  }
  return yield* isBlock(step)
    ? block(harness, step, handling)
    : wait(harness, step);
}

function* attempt(harness: Harness, step: Step, handling: unknown): Walk {
  const parts = attemptOf(step);
  try {
    return yield* walk(harness, parts.steps, handling);
  } catch (error) {
    if (!catches(error, parts.names)) throw error;
    harness.emit("caught", harness.error(error));
    return yield* walk(harness, parts.handler, error);
  } finally {
    yield* walk(harness, parts.finally, handling);
  }
}

function* repeat(harness: Harness, step: Step, handling: unknown): Walk {
  const { times, steps } = repeatOf(step);
  for (let round = 0; round < times; round++) {
    const signal = yield* walk(harness, steps, handling);
    if (signal !== undefined) return signal;
  }
  return undefined;
}

function* block(harness: Harness, step: Step, handling: unknown): Walk {
  let signal: Signal | undefined;
  let value: unknown;
  try {
    const opened = openBlock(
      harness,
      step,
      (steps) => harness.style.walk(harness, steps, handling),
    );
    signal = yield* opened.entered;
    value = opened.value();
  } catch (error) {
    writeFailed(harness, step, error);
    throw error;
  }
  writeDone(harness, step, value);
  return signal;
}

function* wait(harness: Harness, step: Step): Walk {
  let value: unknown;
  try {
    value = yield* perform(harness, step);
  } catch (error) {
    writeFailed(harness, step, error);
    throw error;
  }
  writeDone(harness, step, value);
  return undefined;
}

function* perform(harness: Harness, step: Step): CoroutineGenerator<unknown> {
  switch (step[0]) {
    case "call":
      return yield* inline(harness, step[1] as string);
    case "as_completed":
      return yield* iterateCompleted(harness, step);
    case "reader.lines":
      return yield* iterateLines(harness, step[1] as string);
  }
  return waitedValue(harness, step, yield* startWait(harness, step));
}

function* iterateCompleted(
  harness: Harness,
  step: Step,
): CoroutineGenerator<void> {
  const { targets, timeout, asynchronous } = asCompletedOf(step);
  const completed = asCompleted(makeTasks(harness, targets), { timeout });
  if (asynchronous) {
    const iterator = completed[Symbol.asyncIterator]();
    for (
      let next = yield* iterator.next();
      !next.done;
      next = yield* iterator.next()
    ) writeItem(harness, next.value);
    return;
  }
  for (const next of completed) {
    try {
      writeItem(harness, yield* next);
    } catch (error) {
      harness.emit("next!", harness.error(error));
      if (!(error instanceof UserError)) throw error;
    }
  }
}

function* iterateLines(
  harness: Harness,
  name: string,
): CoroutineGenerator<void> {
  const iterator = harness.object<StreamReader>(name)[Symbol.asyncIterator]();
  for (
    let next = yield* iterator.next();
    !next.done;
    next = yield* iterator.next()
  ) writeItem(harness, next.value);
}
