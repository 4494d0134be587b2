import { currentLoop } from "../../loop/running.ts";
import { testStreamContract } from "../_stream_contract.ts";

testStreamContract({
  name: "TCP",
  canHalfClose: true,
  canReset: false,
  async connect(near, far) {
    const loop = currentLoop();
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepting = listener.accept();
    await loop.createConnection(() => near, "127.0.0.1", listener.addr.port);
    await loop.connectAcceptedSocket(() => far, await accepting);
    listener.close();
  },
});
