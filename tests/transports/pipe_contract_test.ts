import { connectChannel } from "../../transports/connect_channel.ts";
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

testStreamContract({
  name: "FIFO",
  canHalfClose: true,
  canReset: false,
  async connect(near, far) {
    const [[nearIn, farOut], [farIn, nearOut]] = await Promise.all([
      openFifos(),
      openFifos(),
    ]);
    await connectChannel(() => near, new PipeChannel(nearIn, nearOut));
    await connectChannel(() => far, new PipeChannel(farIn, farOut));
  },
});
