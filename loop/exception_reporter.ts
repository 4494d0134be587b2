import type {
  ExceptionHandler,
  ExceptionHandlerContext,
} from "./exception_handler.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import { log } from "./log.ts";

/** Sends the errors that nobody can catch to a loop's exception handler. */
export class ExceptionReporter {
  readonly #loop: BaseEventLoop;
  #handler: ExceptionHandler | null = null;

  /** Creates the reporter of a loop, with the default handler. */
  constructor(loop: BaseEventLoop) {
    this.#loop = loop;
  }

  /** The handler of the user's, `null` for the default. */
  get handler(): ExceptionHandler | null {
    return this.#handler;
  }

  /** Sets the handler; `null` goes back to the default. */
  setHandler(handler: ExceptionHandler | null): void {
    if (handler !== null && typeof handler !== "function") {
      throw new TypeError(
        "Cannot set exception handler: expected a function or null",
      );
    }
    this.#handler = handler;
  }

  /** Calls the handler; one that throws is reported by the default. */
  report(context: ExceptionHandlerContext): void {
    if (this.#handler === null) return this.#reportByDefault(context);
    try {
      this.#handler(this.#loop, context);
    } catch (exception) {
      this.#reportByDefault({
        message: "Unhandled error in exception handler",
        exception,
        context,
      });
    }
  }

  /** Calls the default handler, which a class of the user's may override. */
  #reportByDefault(context: ExceptionHandlerContext): void {
    try {
      this.#loop.defaultExceptionHandler(context);
    } catch (error) {
      const message = "Exception in default exception handler";
      log("error", message, { context }, error);
    }
  }

  /** Prints the message, the other keys sorted, and the error. */
  print(context: ExceptionHandlerContext): void {
    const { message, exception, ...rest } = context;
    const lines = [message || "Unhandled exception in event loop"];
    for (const key of Object.keys(rest).sort()) {
      lines.push(describeEntry(key, rest[key]));
    }
    log("error", lines.join("\n"), rest, exception);
  }
}

const TRACEBACKS: Readonly<Record<string, string>> = {
  sourceTraceback: "Object created at (most recent call first):",
  handleTraceback: "Handle created at (most recent call first):",
};

function describeEntry(key: string, value: unknown): string {
  const title = TRACEBACKS[key];
  return title ? `${title}\n${value}` : `${key}: ${describe(value)}`;
}

function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
