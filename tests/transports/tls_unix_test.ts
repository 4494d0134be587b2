import { assertEquals, assertRejects } from "@std/assert";
import { currentLoop } from "../../loop/running.ts";
import {
  openUnixConnection,
  startUnixServer,
} from "../../streams/open_unix.ts";
import { real } from "./_real.ts";
import { authority, byDeno, server, trusting } from "./_tls.ts";
import { exists, withSocketPath } from "./_unix.ts";

Deno.test("streams speak TLS over a Unix socket", () =>
  withSocketPath((path) =>
    real(async () => {
      const listening = await startUnixServer(
        async (reader, writer) => {
          writer.write(await reader.readline());
          writer.close();
        },
        path,
        { ssl: server },
      );
      const [reader, writer] = await openUnixConnection(path, {
        ssl: { caCerts: [authority] },
        serverHostname: "localhost",
      });
      assertEquals(writer.canWriteEof(), false);
      writer.write("hello\n");
      const answer = new TextDecoder().decode(await reader.read());
      assertEquals(answer, "hello\n");
      writer.close();
      listening.close();
      await listening.waitClosed();
      assertEquals(exists(path), false);
    })
  ));

Deno.test("ssl over a Unix socket is checked before anything is opened", () =>
  withSocketPath((path) =>
    real(async () => {
      const loop = currentLoop();
      await assertRejects(
        () => loop.createUnixConnection(() => ({}), path, { ssl: true }),
        RangeError,
        "Cannot create Unix connection: serverHostname is needed",
      );
      await assertRejects(
        () =>
          loop.createUnixConnection(() => ({}), path, {
            ssl: { ...trusting, ...byDeno },
          }),
        RangeError,
        'Cannot create Unix connection: backend "deno" needs a TCP socket',
      );
      await assertRejects(
        () =>
          loop.createUnixServer(() => ({}), path, {
            ssl: { ...server, ...byDeno },
          }),
        RangeError,
        'Cannot create Unix server: backend "deno" needs a TCP socket',
      );
      await assertRejects(
        () =>
          loop.createUnixServer(() => ({}), path, { sslHandshakeTimeout: 1 }),
        RangeError,
        "sslHandshakeTimeout has no meaning without ssl",
      );
      assertEquals(exists(path), false);
    })
  ));
