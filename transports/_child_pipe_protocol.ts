import type { StreamProtocol } from "./protocols.ts";

/** Who is told what happens to a pipe: the transport of the child process. */
export interface PipeOwner {
  /** Bytes came through a pipe. */
  pipeDataReceived(fd: number, data: Uint8Array): void;
  /** A pipe is gone. */
  pipeConnectionLost(fd: number, error: Error | null): void;
  /** Too much waits to be written. */
  pauseWriting(): void;
  /** Little waits to be written. */
  resumeWriting(): void;
}

/** The protocol of one pipe of a child process: tells the owner which it is. */
export class ChildPipeProtocol implements StreamProtocol {
  readonly #owner: PipeOwner;
  readonly #fd: number;

  /** Creates the protocol of a pipe. */
  constructor(owner: PipeOwner, fd: number) {
    this.#owner = owner;
    this.#fd = fd;
  }

  dataReceived(data: Uint8Array): void {
    this.#owner.pipeDataReceived(this.#fd, data);
  }

  pauseWriting(): void {
    this.#owner.pauseWriting();
  }

  resumeWriting(): void {
    this.#owner.resumeWriting();
  }

  connectionLost(error: Error | null): void {
    this.#owner.pipeConnectionLost(this.#fd, error);
  }
}
