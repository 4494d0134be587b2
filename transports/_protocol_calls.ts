import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { captureContext, type Context } from "../loop/context.ts";
import { log } from "../loop/log.ts";
import { runInCallback } from "../loop/running.ts";
import type { ByteChannel } from "./byte_channel.ts";
import type { StreamProtocol } from "./protocols.ts";

/** Who calls a protocol: a transport. */
export interface ProtocolCaller {
  /** The loop that the protocol is called in. */
  readonly loop: BaseEventLoop;
  /** The protocol, which may be replaced at any time. */
  readonly protocol: StreamProtocol;
}

/** How a transport calls its protocol, and reports what goes wrong. */
export class ProtocolCalls {
  /** What the calls run in. */
  readonly context: Context;
  readonly #transport: ProtocolCaller;

  /** Creates it; without a context, calls run in the caller's. */
  constructor(transport: ProtocolCaller, context?: Context) {
    this.#transport = transport;
    this.context = context ?? captureContext();
  }

  /** Calls back in the next iteration of the loop. */
  soon(callback: () => void): void {
    this.context(() => this.#transport.loop.callSoon(callback));
  }

  /** Calls a method about flow control, now; the connection survives it. */
  flow(method: string, call: () => void): void {
    try {
      this.context(runInCallback, this.#transport.loop, call);
    } catch (exception) {
      this.report(`protocol.${method}() failed`, exception);
    }
  }

  /** Warns a protocol that wants to go on after the end, over TLS. */
  warnOfEnd(channel: ByteChannel): void {
    if (channel.extraInfo("sslcontext") === undefined) return;
    const message =
      "returning true from eof_received() has no effect when using ssl";
    log("warning", message, { transport: this.#transport });
  }

  /** Tells the exception handler. */
  report(message: string, exception: unknown): void {
    const transport = this.#transport;
    const { loop, protocol } = transport;
    loop.callExceptionHandler({ message, exception, transport, protocol });
  }
}
