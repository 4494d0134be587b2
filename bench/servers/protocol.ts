/** Echo server as an asyncio protocol: `dataReceived` writes what it gets. */
import { getRunningLoop, run } from "../../loop/mod.ts";
import { Protocol, type Transport } from "../../transports/mod.ts";
import { endWithParent } from "./_parent.ts";
import { serve } from "./_serve.ts";

class EchoProtocol extends Protocol {
  #transport!: Transport;

  override connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  override dataReceived(data: Uint8Array): void {
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
