import { AsyncLocalStorage } from "node:async_hooks";

const storage = new AsyncLocalStorage<string>();
const VALUE = "the user's own";

/**
 * Runs a body with one AsyncLocalStorage value of a user alive. Carrying it is part of the job: a scheduler that loses
 * it is fast and wrong.
 */
export function withUserContext<T>(body: () => T): T {
  return storage.run(VALUE, body);
}

/**
 * Checks that the user's value has come along; called once by every task, at its end.
 *
 * @throws {Error} If it was lost on the way.
 */
export function checkUserContext(): void {
  if (storage.getStore() !== VALUE) {
    throw new Error(
      "Cannot measure: the user's AsyncLocalStorage value is lost",
    );
  }
}
