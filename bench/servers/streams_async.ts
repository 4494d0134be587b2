/** Echo server on streams, its handler an async function. */
import { run } from "../../loop/mod.ts";
import {
  startServer,
  type StreamReader,
  type StreamWriter,
} from "../../streams/mod.ts";
import { endWithParent } from "./_parent.ts";
import { serve } from "./_serve.ts";

const READ_BYTES = 256 * 1024;

async function echo(reader: StreamReader, writer: StreamWriter): Promise<void> {
  for (;;) {
    const data = await reader.read(READ_BYTES);
    if (data.length === 0) break;
    writer.write(data);
    await writer.drain();
  }
  writer.close();
}

endWithParent();
await run(async () => serve(await startServer(echo, "127.0.0.1", 0)));
