/**
 * Native code that the scheduler waits for after a handle resumed it: the
 * async functions of one task (the task is the mover), or those outside any.
 */
export interface Mover {
  /** The scheduler's epoch in which it began to move, -1 at rest. */
  epoch: number;
}
