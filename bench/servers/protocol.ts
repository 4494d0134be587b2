/** Echo server as an asyncio protocol: `dataReceived` writes what it gets. */
import { getRunningLoop, run } from "../../loop/mod.ts";
import type {
  BaseTransport,
  Protocol,
  Transport,
} from "../../transports/mod.ts";
import { endWithParent } from "./_parent.ts";
import { serve } from "./_serve.ts";

class EchoProtocol implements Protocol {
  #transport!: Transport;

  connectionMade(transport: BaseTransport): void {
    this.#transport = transport as Transport;
  }

  dataReceived(data: Uint8Array): void {
    this.#transport.write(data);
  }
}

endWithParent();
await run(async () =>
  serve(
    await getRunningLoop().createServer(
      () => new EchoProtocol(),
      "127.0.0.1",
      0,
    ),
  )
);
