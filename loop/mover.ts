/**
 * Native code that the scheduler waits for after a handle resumed it: the
 * async functions of one task, or those outside any task.
 */
export class Mover {
  /** The scheduler's epoch in which it began to move, -1 at rest. */
  epoch = -1;
}
