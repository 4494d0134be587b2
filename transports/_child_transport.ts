import type { CoroutineGenerator } from "../loop/awaitables.ts";
import type { BaseEventLoop } from "../loop/base_event_loop.ts";
import { captureContext, type Context } from "../loop/context.ts";
import { operation } from "../loop/coroutines.ts";
import type { Future } from "../loop/futures.ts";
import { showAsText } from "../loop/inspect.ts";
import { log } from "../loop/log.ts";
import {
  ChildInputChannel,
  ChildOutputChannel,
} from "./_child_pipe_channels.ts";
import { ChildPipeProtocol, type PipeOwner } from "./_child_pipe_protocol.ts";
import {
  returncodeOf,
  returncodeOfError,
  sendSignal,
} from "./_child_signals.ts";
import { systemError } from "./_errors.ts";
import { Latch } from "./_latch.ts";
import type { OpenResource, OpenResources } from "./_open_resources.ts";
import type { ByteChannel } from "./byte_channel.ts";
import { StreamTransport } from "./stream_transport.ts";
import type { ProcessProtocol } from "./subprocess_protocol.ts";
import type { SubprocessTransport } from "./subprocess_transport.ts";
import type { Transport } from "./transports.ts";

/** What the transport of a child process is made of. */
export interface ChildTransportOptions {
  /** The loop that the protocol is called in. */
  readonly loop: BaseEventLoop;
  /** What the loop must release when it closes. */
  readonly resources: OpenResources;
  /** How signals are sent. */
  readonly deno: typeof Deno;
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** Which of its streams are pipes for the protocol. */
  readonly pipes: readonly number[];
  /** Whether it leads a group of processes. */
  readonly leader: boolean;
  /** What is told of the process. */
  readonly protocol: ProcessProtocol;
}

/**
 * The transport of a child process: a stream transport for each pipe, and the
 * end of the process.
 *
 * | state   | entered by                                   | and left for       |
 * |---------|----------------------------------------------|--------------------|
 * | new     | the constructor                              | open, closing      |
 * | open    | `begin`                                      | closing, finishing |
 * | closing | `close`: pipes are dropped, the child killed | finishing          |
 * | finishing | the process ended and no pipe is open      | gone, through the loop |
 * | gone    | `connectionLost`                             |                    |
 */
export class ChildTransport
  implements SubprocessTransport, OpenResource, PipeOwner {
  readonly #options: ChildTransportOptions;
  readonly #pipes = new Map<number, StreamTransport>();
  readonly #context: Context = captureContext();
  readonly #exit: Latch;
  readonly #gone: Latch;
  #protocol: ProcessProtocol;
  #returncode: number | null = null;
  #openPipes: number;
  /** Whether the protocol knows of the process. */
  #made = false;
  #closing = false;
  #finishing = false;

  static {
    showAsText(this);
  }

  /** Creates a transport that tells nobody; `begin` starts it. */
  constructor(options: ChildTransportOptions) {
    this.#options = options;
    this.#protocol = options.protocol;
    this.#exit = new Latch(options.loop, "SubprocessTransport.waitExit");
    this.#gone = new Latch(options.loop, "SubprocessTransport.dispose");
    this.#openPipes = options.pipes.length;
    options.resources.add(this);
    options.loop.unclosed?.add(this, "transport");
    for (const fd of options.pipes) this.#pipes.set(fd, this.#openPipe(fd));
    options.child.status.then(
      (status) => this.#ended(returncodeOf(status)),
      (error) => this.#ended(returncodeOfError(error)),
    );
  }

  /**
   * Schedules `connectionMade`, then reading, then the waking of `waiter`. What
   * has happened before is told afterwards.
   */
  begin(waiter: Future<void>): void {
    this.#schedule(() => {
      this.#made = true;
      try {
        this.#protocol.connectionMade?.(this);
      } finally {
        for (const pipe of this.#pipes.values()) pipe.begin();
        if (this.#returncode !== null) this.#tellExit();
        if (!waiter.done()) waiter.setResult();
      }
    });
  }

  /** Waits until the process has ended. */
  *waitExit(): CoroutineGenerator<void> {
    yield* this.#exit.wait();
  }

  getPid(): number {
    return this.#options.child.pid;
  }

  getReturncode(): number | null {
    return this.#returncode;
  }

  getPipeTransport(fd: number): Transport | null {
    return this.#pipes.get(fd) ?? null;
  }

  sendSignal(signal: Deno.Signal | number): void {
    if (this.#gone.opened) {
      const message = `Cannot send signal: process ${this.getPid()} has ended`;
      throw Object.assign(systemError("NotFound", message), { code: "ESRCH" });
    }
    sendSignal(this.#options.deno, {
      child: this.#options.child,
      leader: this.#options.leader,
      running: this.#returncode === null,
      held: this.#openPipes > 0,
    }, signal);
  }

  terminate(): void {
    this.sendSignal("SIGTERM");
  }

  kill(): void {
    this.sendSignal("SIGKILL");
  }

  close(): void {
    if (this.#closing || this.#gone.opened) return;
    this.#closing = true;
    this.#options.loop.unclosed?.delete(this);
    this.#killQuietly();
    for (const pipe of this.#pipes.values()) pipe.abort();
  }

  isClosing(): boolean {
    return this.#closing || this.#gone.opened;
  }

  getExtraInfo(name: string, fallback: unknown = null): unknown {
    return name === "subprocess" ? this.#options.child : fallback;
  }

  setProtocol(protocol: ProcessProtocol): void {
    this.#protocol = protocol;
  }

  getProtocol(): ProcessProtocol {
    return this.#protocol;
  }

  /** Kills the process if it is running, and waits until it is gone. */
  [Symbol.asyncDispose](): PromiseLike<void> {
    this.close();
    return operation("SubprocessTransport.dispose", this.#gone.wait());
  }

  pipeDataReceived(fd: number, data: Uint8Array): void {
    this.#call("pipeDataReceived", (it) => it.pipeDataReceived?.(fd, data));
  }

  pipeConnectionLost(fd: number, error: Error | null): void {
    this.#openPipes--;
    if (this.#made) {
      this.#call(
        "pipeConnectionLost",
        (it) => it.pipeConnectionLost?.(fd, error),
      );
    }
    this.#considerFinishing();
  }

  pauseWriting(): void {
    this.#protocol.pauseWriting?.();
  }

  resumeWriting(): void {
    this.#protocol.resumeWriting?.();
  }

  /** Kills the process without telling the protocol: the loop closes. */
  release(): void {
    this.#closing = true;
    this.#killQuietly();
    this.#gone.open();
  }

  /** Describes the transport, such as `<SubprocessTransport pid=7 running>`. */
  toString(): string {
    const state = this.#returncode === null
      ? "running"
      : `returncode=${this.#returncode}`;
    return `<SubprocessTransport pid=${this.getPid()} ${state}>`;
  }

  #openPipe(fd: number): StreamTransport {
    const { loop, resources, child } = this.#options;
    const channel: ByteChannel = fd === 0
      ? new ChildInputChannel(child.stdin)
      : new ChildOutputChannel(fd === 1 ? child.stdout : child.stderr);
    const protocol = new ChildPipeProtocol(this, fd);
    const context = this.#context;
    const pipe = new StreamTransport({
      loop,
      channel,
      protocol,
      context,
      resources,
    });
    // The process is reported for its pipes.
    loop.unclosed?.delete(pipe);
    return pipe;
  }

  #schedule(callback: () => void): void {
    this.#context(() => this.#options.loop.callSoon(callback));
  }

  /** Calls the protocol; its errors are its own, the process goes on. */
  #call(method: string, call: (protocol: ProcessProtocol) => void): void {
    const protocol = this.#protocol;
    try {
      call(protocol);
    } catch (exception) {
      this.#options.loop.callExceptionHandler({
        message: `Exception in callback ${method}()`,
        exception,
        transport: this,
        protocol,
      });
    }
  }

  #ended(returncode: number): void {
    if (!this.#options.loop.isClosed()) {
      return this.#schedule(() => this.#exited(returncode));
    }
    this.#returncode = returncode;
  }

  #exited(returncode: number): void {
    this.#options.loop.unclosed?.delete(this);
    this.#returncode = returncode;
    this.#exit.open();
    if (this.#made) this.#tellExit();
    else this.#considerFinishing();
  }

  /** Nobody reads what waits for the process, but its children might. */
  #tellExit(): void {
    this.#call("processExited", (it) => it.processExited?.());
    this.#pipes.get(0)?.close();
    this.#considerFinishing();
  }

  #considerFinishing(): void {
    if (this.#returncode === null || this.#openPipes > 0) return;
    if (this.#finishing || !(this.#made || this.#closing)) return;
    this.#finishing = true;
    this.#schedule(() => this.#finish());
  }

  #finish(): void {
    if (this.#gone.opened) return;
    this.#options.resources.delete(this);
    if (this.#made) {
      this.#call("connectionLost", (it) => it.connectionLost?.(null));
    }
    this.#gone.open();
  }

  #killQuietly(): void {
    if (this.#gone.opened) return;
    if (this.#returncode === null) {
      log("debug", `Close running child process: kill ${this}`, {
        transport: this,
      });
    }
    try {
      this.kill();
    } catch (error) {
      // A child that runs as somebody else cannot be killed.
      log("debug", `Cannot kill ${this}`, { transport: this }, error);
    }
  }
}
