import { connectChannel } from "../../transports/connect_channel.ts";
import type { PipeSink } from "../../transports/_pipe_ends.ts";
import { PipeChannel } from "../../transports/pipe_channel.ts";
import { testStreamContract } from "../_stream_contract.ts";
import { openFifos } from "./_fifo.ts";

/** What a pipe of the system holds. */
const CAPACITY = 64 * 1024;

function webPipe(): TransformStream<Uint8Array, Uint8Array> {
  const strategy: QueuingStrategy<Uint8Array> = new ByteLengthQueuingStrategy({
    highWaterMark: CAPACITY,
  });
  return new TransformStream({}, strategy, strategy);
}

testStreamContract({
  name: "Web stream",
  canHalfClose: true,
  canReset: true,
  async connect(near, far) {
    const there = webPipe();
    const back = webPipe();
    await connectChannel(
      () => near,
      new PipeChannel(back.readable, there.writable),
    );
    await connectChannel(
      () => far,
      new PipeChannel(there.readable, back.writable),
    );
  },
});

/** The writes to FIFOs that a thread may be at, even if the file is closed. */
const writes = new Set<Promise<unknown>>();

/** Lets a test wait for the thread that writes to a file. */
function watched(file: Deno.FsFile): PipeSink {
  return {
    write(data) {
      const writing = file.write(data);
      const ended: Promise<unknown> = writing.catch(() => {})
        .then(() => writes.delete(ended));
      writes.add(ended);
      return writing;
    },
    close: () => file.close(),
  };
}

testStreamContract({
  name: "FIFO",
  canHalfClose: true,
  canReset: false,
  async connect(near, far) {
    const [[nearIn, farOut], [farIn, nearOut]] = await Promise.all([
      openFifos(),
      openFifos(),
    ]);
    await connectChannel(() => near, new PipeChannel(nearIn, watched(nearOut)));
    await connectChannel(() => far, new PipeChannel(farIn, watched(farOut)));
  },
  settle: () => Promise.all(writes),
});
