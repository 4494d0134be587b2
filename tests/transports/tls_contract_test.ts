import { currentLoop } from "../../loop/running.ts";
import { sleep } from "../../loop/sleep.ts";
import type { StreamProtocol } from "../../transports/protocols.ts";
import { testStreamContract } from "../_stream_contract.ts";
import { Recorder } from "./_recorder.ts";
import { byDeno, connectTls, server, trusting, whenMade } from "./_tls.ts";
import { withSocketPath } from "./_unix.ts";

const kind = { canHalfClose: false, canReset: false, highWater: 512 << 10 };

testStreamContract({
  ...kind,
  name: "TLS",
  connect: (near, far) => connectTls(near, far),
});

testStreamContract({
  ...kind,
  name: "TLS of Deno",
  connect: (near, far) =>
    connectTls(near, far, { ...trusting, ...byDeno }, { ...server, ...byDeno }),
});

testStreamContract({
  ...kind,
  name: "TLS over Unix",
  connect: (near, far) =>
    withSocketPath(async (path) => {
      const loop = currentLoop();
      const made = whenMade(far);
      const listening = await loop.createUnixServer(() => far, path, {
        ssl: server,
      });
      await loop.createUnixConnection(() => near, path, { ssl: trusting });
      await made;
      listening.close();
    }),
});

testStreamContract({
  ...kind,
  name: "TLS in TLS",
  connect: connectTwice,
});

/** Speaks TLS on a connection that speaks TLS. */
async function connectTwice(
  near: StreamProtocol,
  far: StreamProtocol,
): Promise<void> {
  const outer = [new Recorder(), new Recorder()] as const;
  await connectTls(...outer);
  const loop = currentLoop();
  const [{ transport: there }, { transport: here }] = outer;
  const [second, first] = await Promise.all([
    loop.startTls(here, far, server, { serverSide: true }),
    loop.startTls(there, near, trusting),
  ]);
  loop.callSoon(() => far.connectionMade?.(second));
  loop.callSoon(() => near.connectionMade?.(first));
  await sleep(0);
}
