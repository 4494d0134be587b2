import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { currentLoop } from "../loop/running.ts";
import { StreamReader } from "../streams/stream_reader.ts";
import { StreamReaderProtocol } from "../streams/stream_reader_protocol.ts";
import { StreamWriter } from "../streams/stream_writer.ts";
import { Latch } from "../transports/_latch.ts";
import { SubprocessProtocol } from "../transports/subprocess_protocol.ts";
import type { SubprocessTransport } from "../transports/subprocess_transport.ts";

/** Joins the transport of a child process to the streams of a Process. */
export class ProcessStreams extends SubprocessProtocol {
  /** What is written to the process, if that is a pipe. */
  stdin: StreamWriter | null = null;
  /** What the process prints, if that is a pipe. */
  stdout: StreamReader | null = null;
  /** The errors that the process prints, if they go to a pipe. */
  stderr: StreamReader | null = null;
  readonly #readers: ReadonlyMap<number, StreamReader>;
  /** Knows whether writing is paused or lost; it reads nothing. */
  readonly #writing = new StreamReaderProtocol(new StreamReader());
  readonly #exit = new Latch(currentLoop(), "Process.wait");
  readonly #lost = new Latch(currentLoop(), "Process.communicate");
  #transport!: SubprocessTransport;

  /** Creates the streams; `limit` is that of the readers. */
  constructor(limit: number | undefined) {
    super();
    this.#readers = new Map([1, 2].map((fd) => [fd, new StreamReader(limit)]));
  }

  override connectionMade(transport: SubprocessTransport): void {
    this.#transport = transport;
    this.stdout = this.#open(1);
    this.stderr = this.#open(2);
    const input = transport.getPipeTransport(0);
    if (input === null) return;
    this.stdin = new StreamWriter(input, this.#writing, null);
  }

  override pipeDataReceived(fd: number, data: Uint8Array): void {
    this.#readers.get(fd)!.feedData(data);
  }

  override pipeConnectionLost(fd: number, error: Error | null): void {
    if (fd === 0) return this.#writing.connectionLost(error);
    const reader = this.#readers.get(fd)!;
    if (error === null) reader.feedEof();
    else reader.setException(error);
  }

  override pauseWriting(): void {
    this.#writing.pauseWriting();
  }

  override resumeWriting(): void {
    this.#writing.resumeWriting();
  }

  override processExited(): void {
    this.#exit.open();
  }

  override connectionLost(): void {
    this.#lost.open();
  }

  /** Waits until the process has ended. */
  *waitExit(): CoroutineGenerator<number> {
    yield* this.#exit.wait();
    return this.#transport.getReturncode()!;
  }

  /** Waits until the process has ended and its pipes are gone. */
  *waitLost(): CoroutineGenerator<void> {
    yield* this.#lost.wait();
  }

  #open(fd: number): StreamReader | null {
    const transport = this.#transport.getPipeTransport(fd);
    if (transport === null) return null;
    const reader = this.#readers.get(fd)!;
    reader.setTransport(transport);
    return reader;
  }
}
