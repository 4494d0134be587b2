/** Echo server on streams, its handler a generator function. */
import { run } from "../../loop/mod.ts";
import {
  startServer,
  type StreamReader,
  type StreamWriter,
} from "../../streams/mod.ts";
import { endWithParent } from "./_parent.ts";
import { serve } from "./_serve.ts";

const READ_BYTES = 256 * 1024;

function* echo(reader: StreamReader, writer: StreamWriter) {
  for (;;) {
    const data = yield* reader.read(READ_BYTES);
    if (data.length === 0) break;
    writer.write(data);
    yield* writer.drain();
  }
  writer.close();
}

endWithParent();
await run(async () => serve(await startServer(echo, "127.0.0.1", 0)));
