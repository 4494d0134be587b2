import { currentLoop } from "../../loop/running.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import { testStreamContract } from "../_stream_contract.ts";

testStreamContract({
  name: "TCP by node:net",
  canHalfClose: true,
  canReset: true,
  async connect(near, far) {
    const loop = currentLoop();
    const made = loop.createFuture<void>();
    const server = await loop.createServer(
      () => {
        const { connectionMade } = far;
        far.connectionMade = (transport) => {
          if (connectionMade === undefined) delete far.connectionMade;
          else far.connectionMade = connectionMade;
          connectionMade?.call(far, transport);
          made.setResult();
        };
        return far;
      },
      "127.0.0.1",
      0,
      { resetOnAbort: true },
    );
    const { port } = server.sockets[0] as NetAddress;
    const options = { resetOnAbort: true };
    await loop.createConnection(() => near, "127.0.0.1", port, options);
    await made;
    server.close();
  },
});
