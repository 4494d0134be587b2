import { assertEquals, assertRejects } from "@std/assert";
import { createTask } from "../../loop/tasks.ts";
import {
  openUnixConnection,
  startUnixServer,
} from "../../streams/open_unix.ts";
import { real } from "../transports/_real.ts";
import { withSocketPath } from "../transports/_unix.ts";

Deno.test("openUnixConnection() and startUnixServer() pass lines on", () =>
  withSocketPath((path) =>
    real(async () => {
      const server = await startUnixServer(async (reader, writer) => {
        for await (const line of reader) writer.write(line);
        writer.close();
      }, path);
      const [reader, writer] = await openUnixConnection(path);
      writer.writelines(["one\n", "two\n"]);
      writer.writeEof();
      assertEquals(new TextDecoder().decode(await reader.read()), "one\ntwo\n");
      writer.close();
      await writer.waitClosed();
      server.close();
      await server.waitClosed();
    })
  ));

Deno.test("openUnixConnection() and startUnixServer() apply the limit", () =>
  withSocketPath((path) =>
    real(async () => {
      const refused = Promise.withResolvers<unknown>();
      const server = await startUnixServer(
        async (reader, writer) => {
          await createTask(() => reader.readuntil("\n")).then(
            refused.resolve,
            refused.resolve,
          );
          writer.write("0123456789\n");
          writer.close();
        },
        path,
        { limit: 4 },
      );
      const [reader, writer] = await openUnixConnection(path, { limit: 5 });
      writer.write("0123456789\n");
      assertEquals((await refused.promise as Error).name, "LimitOverrunError");
      await assertRejects(() => reader.readline(), RangeError);
      writer.close();
      server.close();
      await server.waitClosed();
    })
  ));
