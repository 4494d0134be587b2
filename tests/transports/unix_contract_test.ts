import { currentLoop } from "../../loop/running.ts";
import { testStreamContract } from "../_stream_contract.ts";
import { withSocketPath } from "./_unix.ts";

testStreamContract({
  name: "Unix",
  canHalfClose: true,
  canReset: false,
  connect: (near, far) =>
    withSocketPath(async (path) => {
      const loop = currentLoop();
      const listener = Deno.listen({ transport: "unix", path });
      const accepting = listener.accept();
      await loop.createUnixConnection(() => near, path);
      await loop.connectAcceptedSocket(() => far, await accepting);
      listener.close();
    }),
});
