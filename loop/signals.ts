import type { BaseEventLoop } from "./base_event_loop.ts";
import { checkCallback } from "./checks.ts";
import { captureContext } from "./context.ts";
import { NotImplementedError, RuntimeError } from "./errors.ts";
import type { Callback } from "./handles.ts";
import { onSignal } from "./host.ts";
import { MAXIMUM_NATIVE_TIMER } from "./constants.ts";

/** Functions whose calls return something that would have to be awaited. */
const COROUTINE_FUNCTION = /^\[object (Async|Generator|AsyncGenerator)Function/;

/** Signals that the kernel or the runtime lets nobody handle. */
const UNCATCHABLE = ["SIGKILL", "SIGSTOP", "SIGSEGV", "SIGILL", "SIGFPE"];

/**
 * The signal handlers of a loop, at most one per signal.
 *
 * A signal does not call the handler, it schedules it: an error that a listener
 * of Deno's throws would end Deno's dispatch of that signal for good.
 */
export class SignalHandlers {
  readonly #loop: BaseEventLoop;
  /** What stops listening, by signal. */
  readonly #listeners = new Map<string, () => void>();
  #held = false;
  #anchor: ReturnType<typeof setInterval> | undefined;

  /** Creates the empty collection of a loop. */
  constructor(loop: BaseEventLoop) {
    this.#loop = loop;
  }

  /** How many signals are handled. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Tells whether a signal is handled. */
  has(signal: string): boolean {
    return this.#listeners.has(signal);
  }

  /** Handles a signal, instead of the handler before. */
  add(signal: string, callback: Callback, args: readonly unknown[]): void {
    checkSignal(signal);
    checkHandler(signal, callback);
    checkCallback(this.#loop, callback, "addSignalHandler");
    // The new one listens before the old one stops: in between the signal
    // would end the process.
    const stop = this.#listen(signal, callback, args);
    this.#listeners.get(signal)?.();
    this.#listeners.set(signal, stop);
    this.#review();
  }

  /** Stops handling a signal; tells whether it was handled. */
  remove(signal: string): boolean {
    checkSignal(signal);
    const stop = this.#listeners.get(signal);
    if (stop === undefined) return false;
    stop();
    this.#listeners.delete(signal);
    this.#review();
    return true;
  }

  /** Stops handling all signals. */
  clear(): void {
    for (const stop of this.#listeners.values()) stop();
    this.#listeners.clear();
    this.#review();
  }

  /**
   * Keeps the process alive while there are handlers: a listener alone does
   * not, and a loop in a run could still be woken by a signal.
   */
  hold(): void {
    this.#held = true;
    this.#review();
  }

  /** Ends what `hold()` began. */
  letGo(): void {
    this.#held = false;
    this.#review();
  }

  /** Schedules the callback at each signal until the function returned. */
  #listen(
    signal: string,
    callback: Callback,
    args: readonly unknown[],
  ): () => void {
    let listening = true;
    const handler = {
      // Named as the callback, for the reports of the exception handler.
      [callback.name]: () => {
        if (listening) callback(...args);
      },
    }[callback.name]!;
    const context = captureContext();
    const stop = listen(signal, () => {
      if (listening && !this.#loop.isClosed()) {
        context(() => this.#loop.callSoon(handler));
      }
    });
    return () => {
      listening = false;
      stop();
    };
  }

  #review(): void {
    const needed = this.#held && this.size > 0;
    if (needed && this.#anchor === undefined) {
      this.#anchor = setInterval(() => {}, MAXIMUM_NATIVE_TIMER * 1000);
    } else if (!needed) {
      clearInterval(this.#anchor);
      this.#anchor = undefined;
    }
  }
}

function checkSignal(signal: unknown): void {
  if (typeof signal === "string") return;
  throw new TypeError(
    'Cannot handle signal: expected a name such as "SIGTERM", ' +
      `received ${typeof signal}`,
  );
}

function checkHandler(signal: string, callback: unknown): void {
  const kind = Object.prototype.toString.call(callback);
  if (typeof callback !== "function") {
    throw new TypeError(
      `Cannot handle ${signal}: expected a function, received ${kind}`,
    );
  }
  if (!COROUTINE_FUNCTION.test(kind)) return;
  throw new TypeError(
    `Cannot handle ${signal}: coroutines cannot be used with ` +
      "addSignalHandler(), let a plain function call createTask()",
  );
}

/** Listens through the runtime, whose error it puts in asyncio's terms. */
function listen(signal: string, listener: () => void): () => void {
  let stop: (() => void) | null;
  try {
    stop = onSignal(signal as Deno.Signal, listener);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    if (UNCATCHABLE.includes(signal)) {
      throw new RuntimeError(
        `Cannot handle ${signal}: it cannot be caught`,
        { cause },
      );
    }
    throw new RangeError(
      `Cannot handle signal: "${signal}" is none on this platform`,
      { cause },
    );
  }
  if (stop !== null) return stop;
  throw new NotImplementedError(
    `Cannot handle ${signal}: this runtime has no signals`,
  );
}
