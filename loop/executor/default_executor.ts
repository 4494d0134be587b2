import type { CoroutineGenerator } from "../awaitables.ts";
import { type Coroutine, operation } from "../coroutines.ts";
import { RuntimeError } from "../errors.ts";
import { wrapFuture } from "../ensure_future.ts";
import type { Future } from "../futures.ts";
import { log } from "../log.ts";
import { isCoroutine } from "../steps.ts";
import { wait } from "../wait.ts";
import { Executor } from "./executor.ts";
import type { WorkFunction } from "./work.ts";
import { WorkerPoolExecutor } from "./worker_pool_executor.ts";

/** The executor of a loop, which is made when it is first needed. */
export class DefaultExecutor {
  #executor: Executor | null = null;
  #shutDown = false;

  /** Sets the executor. */
  set(executor: unknown): void {
    if (executor instanceof Executor) this.#executor = executor;
    else {
      throw new TypeError("Cannot set default executor: expected an Executor");
    }
  }

  /** Runs a function in an executor, or in this one. */
  run(
    executor: Executor | null,
    work: unknown,
    args: unknown[],
  ): Future<unknown> {
    if (isCoroutine(work)) {
      throw new TypeError("coroutines cannot be used with runInExecutor()");
    }
    const chosen = executor ?? this.#get();
    return wrapFuture(
      chosen.submit(work as WorkFunction<unknown, unknown[]>, ...args),
    );
  }

  /** Waits for the jobs and ends the executor. */
  *shutdown(timeout: number | null): CoroutineGenerator<void> {
    this.#shutDown = true;
    const executor = this.#executor;
    if (executor === null) return;
    const ended = executor.shutdown();
    const { pending } = yield* wait([ended], { timeout });
    if (pending.size === 0) return yield* ended;
    log(
      "warning",
      `The executor did not finish joining its workers within ${timeout} ` +
        "seconds",
      { executor },
    );
    executor.shutdown(false);
  }

  /** Cancels the jobs and ends the executor; `null` if there is nothing to. */
  close(): Coroutine<void> | null {
    this.#shutDown = true;
    const executor = this.#executor;
    if (executor === null) return null;
    return operation("closeDefaultExecutor", cancelAndEnd(executor));
  }

  /** The loop is closed: ends the executor when its jobs have ended. */
  leave(): void {
    if (!this.#shutDown) this.#executor?.shutdown(false);
    this.#shutDown = true;
  }

  #get(): Executor {
    if (this.#shutDown) {
      throw new RuntimeError("Executor shutdown has been called");
    }
    this.#executor ??= new WorkerPoolExecutor<object>();
    return this.#executor;
  }
}

function* cancelAndEnd(executor: Executor): CoroutineGenerator<void> {
  yield* executor.shutdown(true, { cancelFutures: true });
}
