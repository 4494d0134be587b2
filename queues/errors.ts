/** Thrown by `getNowait()` when there is no item. */
export class QueueEmpty extends Error {
  /** The name of the class, as printed before the message. */
  override name = "QueueEmpty";

  /** Creates the error. */
  constructor(message = "Cannot get item: queue is empty") {
    super(message);
  }
}

/** Thrown by `putNowait()` when there is no room. */
export class QueueFull extends Error {
  /** The name of the class, as printed before the message. */
  override name = "QueueFull";

  /** Creates the error. */
  constructor(message = "Cannot put item: queue is full") {
    super(message);
  }
}

/** Thrown by a queue that was shut down and has nothing more to give. */
export class QueueShutDown extends Error {
  /** The name of the class, as printed before the message. */
  override name = "QueueShutDown";

  /** Creates the error. */
  constructor(message = "Cannot use queue: queue is shut down") {
    super(message);
  }
}
