import type { CoroutineGenerator } from "./awaitables.ts";
import { Coroutine } from "./coroutines.ts";
import { CancelledError } from "./errors.ts";
import type { Future } from "./futures.ts";
import type { NativeReaction } from "./native_reaction.ts";
import { NativeWait } from "./native_wait.ts";
import type { Scope } from "./scope.ts";
import type { Steps } from "./strand.ts";
import { type Interruption, SCHEDULED, TAKEN } from "./waits.ts";

/** A place in a queue of waiters; its future is done when it is woken. */
export interface Place {
  /** What is waited for. */
  readonly future: Future<void>;
}

/**
 * An operation that waits until it is ready and may find, once woken, that
 * somebody was quicker: then it waits again. Both coroutine styles are derived
 * from these five functions, native code without a generator.
 *
 * @typeParam R The object it is an operation of.
 * @typeParam A Its argument.
 * @typeParam T Its result.
 * @typeParam P A place in the queue of waiters.
 */
export interface RetryOperation<R, A, T, P extends Place> {
  /** Its name, for reports. */
  readonly name: string;
  /** Tells whether it can be done, if only to fail, without waiting. */
  ready(receiver: R): boolean;
  /** Does it; called only when it is ready. */
  now(receiver: R, argument: A): T;
  /** Takes a place in the queue of waiters. */
  enter(receiver: R): P;
  /** Gives the place back, whatever came of the wait. */
  leave(receiver: R, place: P): void;
  /** The wait failed: hands on a wake-up that it got. Called before `leave`. */
  abandon(receiver: R, place: P): void;
}

/** Makes the coroutine of a retry operation. */
export function retryOperation<R, A, T, P extends Place>(
  operation: RetryOperation<R, A, T, P>,
  receiver: R,
  argument: A,
): Coroutine<T> {
  return new RetryCoroutine(operation, receiver, argument);
}

function* retrySteps<R, A, T, P extends Place>(
  operation: RetryOperation<R, A, T, P>,
  receiver: R,
  argument: A,
): CoroutineGenerator<T> {
  while (!operation.ready(receiver)) {
    const place = operation.enter(receiver);
    try {
      yield* place.future.named(operation.name);
    } catch (error) {
      operation.abandon(receiver, place);
      throw error;
    } finally {
      operation.leave(receiver, place);
    }
  }
  return operation.now(receiver, argument);
}

class RetryCoroutine<R, A, T, P extends Place> extends Coroutine<T> {
  readonly #operation: RetryOperation<R, A, T, P>;
  readonly #receiver: R;
  readonly #argument: A;

  constructor(
    operation: RetryOperation<R, A, T, P>,
    receiver: R,
    argument: A,
  ) {
    super(operation.name, null, true);
    this.#operation = operation;
    this.#receiver = receiver;
    this.#argument = argument;
  }

  protected override makeSteps(): Steps<T> {
    return retrySteps(this.#operation, this.#receiver, this.#argument);
  }

  protected override beginFor<F, E>(reaction: NativeReaction<T, F, E>): void {
    const value = this.#operation.now(this.#receiver, this.#argument);
    reaction.settle(false, value);
  }

  protected override runInside<F, E>(
    scope: Scope,
    onFulfilled: (value: T) => F | PromiseLike<F>,
    onRejected: (reason: unknown) => E | PromiseLike<E>,
  ): Promise<F | E> {
    if (this.#operation.ready(this.#receiver)) {
      return super.runInside(scope, onFulfilled, onRejected);
    }
    const wait = new RetryWait(
      this.#operation,
      this.#receiver,
      this.#argument,
      scope,
      onFulfilled,
      onRejected,
    );
    try {
      this.claim();
      wait.begin();
    } catch (error) {
      wait.settle(true, error);
    }
    return wait;
  }
}

/** The wait of native code in a retry operation. */
class RetryWait<R, A, T, P extends Place, F, E> extends NativeWait<T, F, E> {
  readonly #operation: RetryOperation<R, A, T, P>;
  readonly #receiver: R;
  readonly #argument: A;
  #place: P | null = null;

  constructor(
    operation: RetryOperation<R, A, T, P>,
    receiver: R,
    argument: A,
    scope: Scope,
    onFulfilled: (value: T) => F | PromiseLike<F>,
    onRejected: (reason: unknown) => E | PromiseLike<E>,
  ) {
    super(scope.task.loop, scope, onFulfilled, onRejected);
    this.#operation = operation;
    this.#receiver = receiver;
    this.#argument = argument;
  }

  /** Does the operation, or waits for it to be ready. */
  begin(): void {
    if (this.refuse()) return;
    const operation = this.#operation;
    if (operation.ready(this.#receiver)) {
      this.settle(false, operation.now(this.#receiver, this.#argument));
    } else this.#enter();
  }

  describe(): string {
    return this.#operation.name;
  }

  interrupt(message: string | undefined): Interruption {
    return this.#place!.future.cancel(message) ? TAKEN : SCHEDULED;
  }

  protected conclude(due: CancelledError | null): void {
    const operation = this.#operation;
    const place = this.#place!;
    const { future } = place;
    const outcome = future.takeOutcome();
    if (due !== null || future.failed) {
      operation.abandon(this.#receiver, place);
      operation.leave(this.#receiver, place);
      const kept = due === null || outcome instanceof CancelledError;
      return this.resume(true, kept ? outcome : due);
    }
    operation.leave(this.#receiver, place);
    this.#attempt();
  }

  /** Does the operation or waits again; whatever fails, the wait ends with. */
  #attempt(): void {
    const operation = this.#operation;
    let value: T;
    try {
      if (!operation.ready(this.#receiver)) return this.#enter();
      value = operation.now(this.#receiver, this.#argument);
    } catch (error) {
      return this.resume(true, error);
    }
    this.resume(false, value);
  }

  #enter(): void {
    this.#place = this.#operation.enter(this.#receiver);
    this.#place.future.addWaiter(this);
    this.park();
  }
}
