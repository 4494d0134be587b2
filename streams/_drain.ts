import type { CoroutineGenerator } from "../loop/awaitables.ts";
import { WAIT } from "../loop/direct_steps.ts";
import type { QuickOperation } from "../loop/quick_operation.ts";
import { sleep } from "../loop/sleep.ts";

import type { WriteTransport } from "../transports/transports.ts";
import type { StreamReader } from "./stream_reader.ts";
import type { StreamReaderProtocol } from "./stream_reader_protocol.ts";

/** What `StreamWriter.drain()` looks at. */
export interface Drainable {
  /** What is written to. */
  readonly transport: WriteTransport;
  /** Knows whether the transport is paused or lost. */
  readonly protocol: StreamReaderProtocol;
  /** Knows the error of the connection. */
  readonly reader: StreamReader | null;
}

/** `StreamWriter.drain()`. */
export const DRAIN: QuickOperation<Drainable, void> = {
  name: "StreamWriter.drain",
  attempt(stream) {
    checkReader(stream);
    const { transport, protocol } = stream;
    return transport.isClosing() || protocol.mustDrain ? WAIT : undefined;
  },
  steps: drain,
};

function* drain(stream: Drainable): CoroutineGenerator<void> {
  checkReader(stream);
  // Lets `connectionLost` be called: a loop that writes and drains and waits
  // for nothing else would never learn of it.
  if (stream.transport.isClosing()) yield* sleep(0);
  yield* stream.protocol.drain();
}

function checkReader({ reader }: Drainable): void {
  const exception = reader?.exception() ?? null;
  if (exception !== null) throw exception;
}
