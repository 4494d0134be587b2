/**
 * The operations that run nested steps inside something of the library: timeouts, groups, `with`.
 */
import {
  Barrier,
  type Coroutine,
  type Lock,
  taskGroup,
  type Timeout,
  timeout,
  timeoutAt,
} from "../../mod.ts";
import type { Harness } from "./harness.ts";
import { MalformedScenarioError, type Signal, type Step } from "./scenario.ts";
import type { Walked } from "./style.ts";

/** Runs the nested steps of a block, in the style of the body that it stands in. */
type Nested = (steps: readonly Step[]) => Walked;

/** A block about to be entered. */
export interface Block {
  /** Enters it, runs its steps and leaves it; gives the `return` that they ended with. */
  readonly entered: Coroutine<Signal | undefined>;
  /** The value that the block writes, once it has been left. */
  value(): unknown;
}

type Operation = (
  harness: Harness,
  nested: Nested,
  ...values: never[]
) => Block;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries<Operation>({
    "timeout": (
      harness,
      nested,
      name: string,
      delay: number | null,
      steps: Step[],
    ) =>
      enterTimeout(
        harness,
        name,
        (body) => timeout(delay, body),
        () => nested(steps),
      ),
    "timeout_at": (
      harness,
      nested,
      name: string,
      when: number | null,
      steps: Step[],
    ) =>
      enterTimeout(
        harness,
        name,
        (body) => timeoutAt(when, body),
        () => nested(steps),
      ),
    "timeout.use": (harness, nested, name: string, steps: Step[]) => {
      const entered = harness.find(harness.timeouts, name);
      return {
        entered: entered.run(() => nested(steps)),
        value: () => entered.expired(),
      };
    },
    "taskgroup": (harness, nested, name: string, steps: Step[]) =>
      withoutValue(taskGroup((group) => {
        harness.groups.set(name, group);
        return nested(steps);
      })),
    "tg.use": (harness, nested, name: string, steps: Step[]) =>
      withoutValue(
        harness.find(harness.groups, name).run(() => nested(steps)),
      ),
    "with": (harness, nested, name: string, steps: Step[]) => {
      const entered = harness.object<Lock | Barrier>(name);
      const inside = (...values: number[]) => {
        harness.emit("enter", name, ...values);
        return nested(steps);
      };
      return withoutValue(
        entered instanceof Barrier
          ? entered.with(inside)
          : entered.with(() => inside()),
      );
    },
  }),
);

/** Tells whether a step runs nested steps inside something of the library. */
export function isBlock(step: Step): boolean {
  return OPERATIONS.has(step[0]);
}

/**
 * Makes the block of a step, to be entered by waiting for it.
 *
 * @param harness the run it belongs to
 * @param step the step
 * @param nested runs steps inside the block
 */
export function openBlock(harness: Harness, step: Step, nested: Nested): Block {
  const [name, ...values] = step;
  const operation = OPERATIONS.get(name) as
    | ((harness: Harness, nested: Nested, ...values: unknown[]) => Block)
    | undefined;
  if (operation === undefined) {
    throw new MalformedScenarioError(`Cannot enter "${name}": unknown block`);
  }
  const observed: Nested = (steps) => {
    harness.observer?.entered(step);
    return nested(steps);
  };
  harness.observer?.started(step);
  return operation(harness, observed, ...values);
}

function enterTimeout(
  harness: Harness,
  name: string,
  enter: (body: (timeout: Timeout) => Walked) => Coroutine<Signal | undefined>,
  nested: () => Walked,
): Block {
  let current: Timeout | undefined;
  const entered = enter((timeout) => {
    current = timeout;
    harness.timeouts.set(name, timeout);
    return nested();
  });
  return { entered, value: () => current?.expired() };
}

function withoutValue(entered: Coroutine<Signal | undefined>): Block {
  return { entered, value: () => null };
}
