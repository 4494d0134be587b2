import { type Operations, timed } from "./timed.ts";
import type { Subject } from "./work.ts";

/** The least that can be awaited and is no promise: it goes on at once. */
class Ready {
  then(resolve: () => void): void {
    resolve();
  }
}

/**
 * What V8 itself takes for the awaits of an operation: each of an object that has nothing to do, made by nobody's code.
 * No library whose operations can be cancelled gets below, for what it returns cannot be a promise.
 *
 * @param awaits How many objects an operation awaits.
 */
export function v8Alone(awaits: number): Subject {
  const operations: Operations = async (operations) => {
    for (let left = operations * awaits; left > 0; left--) await new Ready();
  };
  return timed(operations);
}
