/**
 * The promise of a native body that runs in the task of the generator that
 * yields it. Only the library makes one; its type is part of what generators
 * yield.
 *
 * It is no wait: what the body waits for is what the task waits for, so it is
 * never cancelled or abandoned, and the generator goes on in the reaction of
 * the promise, without a handle.
 */
export class BodyPromise {
  /** The promise of the body. */
  readonly promise: PromiseLike<unknown>;

  /** Marks a promise as that of a body.
   * @ignore */
  constructor(promise: PromiseLike<unknown>) {
    this.promise = promise;
  }
}
