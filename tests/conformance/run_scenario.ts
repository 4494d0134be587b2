/**
 * Runs one scenario as asyncio.run would, on a loop with virtual time.
 */
import {
  DeadlockError,
  type ExceptionHandlerContext,
  type Future,
  Runner,
  VirtualTimeEventLoop,
} from "../../mod.ts";
import { Harness, type Observer } from "./harness.ts";
import { STYLES } from "./styles.ts";
import type { Json, Outcome, Scenario } from "./scenario.ts";
import type { StyleName } from "./style.ts";

/** How to run a scenario. */
export interface RunOptions {
  style: StyleName;
  debug?: boolean;
  /** Makes somebody who watches the run. */
  observe?: (harness: Harness) => Observer;
}

/** What a run left behind, and what went wrong with it beside the trace. */
export interface Run extends Outcome {
  readonly problems: string[];
}

/**
 * Runs a scenario.
 *
 * @param scenario the program
 * @param options the style of its bodies, and debug mode
 * @returns its trace, its result and the errors that nobody retrieved
 */
export async function runScenario(
  scenario: Scenario,
  options: RunOptions,
): Promise<Run> {
  try {
    return await runOrFail(scenario, options);
  } catch (error) {
    const text = error instanceof Error ? error.stack ?? error.message : error;
    return { trace: [], result: [], unretrieved: [], problems: [String(text)] };
  }
}

async function runOrFail(
  scenario: Scenario,
  options: RunOptions,
): Promise<Run> {
  const loop = new VirtualTimeEventLoop();
  const runner = new Runner({
    debug: options.debug ?? false,
    loopFactory: () => loop,
  });
  const harness = new Harness(scenario, STYLES[options.style], loop);
  harness.observer = options.observe?.(harness) ?? null;
  const unretrieved = new Set<object>();
  loop.setExceptionHandler((_loop, context) =>
    onException(harness, unretrieved, context)
  );
  const result = await runMain(harness, runner);
  await closeRunner(harness, runner);
  return {
    trace: harness.trace,
    result,
    unretrieved: listUnretrieved(harness, unretrieved),
    problems: harness.problems,
  };
}

async function runMain(harness: Harness, runner: Runner): Promise<Json[]> {
  try {
    return [
      "ok",
      harness.value(
        await runner.run(harness.style.task(harness, "main", "main")),
      ),
    ];
  } catch (error) {
    if (!(error instanceof DeadlockError)) return ["err", harness.error(error)];
    endInDeadlock(harness);
    return ["deadlock"];
  }
}

/** Cancels what is left, as asyncio.run does. */
async function closeRunner(harness: Harness, runner: Runner): Promise<void> {
  if (harness.closed) return;
  try {
    await runner.close();
  } catch (error) {
    if (!(error instanceof DeadlockError)) throw error;
    endInDeadlock(harness);
  }
  harness.closed = true;
}

/** Ends the run where it stands: nobody is cancelled who could still retrieve an error. */
function endInDeadlock(harness: Harness): void {
  harness.write("loop", "deadlock");
  harness.closed = true;
  harness.loop.close();
}

function onException(
  harness: Harness,
  unretrieved: Set<object>,
  context: ExceptionHandlerContext,
): void {
  const { message, exception } = context;
  const subject = context.task ?? context.future;
  if (message.includes("never retrieved")) {
    if (subject) unretrieved.add(subject);
  } else if (message.startsWith("Exception in callback")) {
    harness.write("loop", "callback_error", harness.error(exception));
  } else if (message.includes("asyncio.run() shutdown")) {
    harness.write(
      "loop",
      "shutdown_error",
      harness.value(subject),
      harness.error(exception),
    );
  } else if (message.includes("its parent")) {
    harness.write(
      "loop",
      "orphan_error",
      harness.value(subject),
      harness.error(exception),
    );
  } else if (
    !message.includes("destroyed") && !message.includes("never awaited")
  ) {
    harness.problem(`Exception handler: ${message}`);
  }
}

function listUnretrieved(
  harness: Harness,
  unretrieved: ReadonlySet<object>,
): Json[][] {
  const named = [...harness.names].filter(([future]) =>
    unretrieved.has(future)
  );
  return named.map((
    [future, name],
  ) => [name, harness.error((future as Future<unknown>).exception())]);
}
