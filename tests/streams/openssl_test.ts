/** TLS and STARTTLS with OpenSSL at the other end. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openConnection, startServer } from "../../streams/open.ts";
import type { NetAddress } from "../../transports/byte_channel.ts";
import type { SslObject } from "../../transports/ssl_object.ts";
import { Child } from "../examples/_child.ts";
import { OPENSSL, testWith } from "../examples/_tools.ts";
import { real } from "../transports/_real.ts";
import {
  byDeno,
  client,
  IMPLEMENTATIONS,
  server,
  trusting,
} from "../transports/_tls.ts";
import { readAnswer, readLine, smtpServer } from "./_smtp.ts";

const CERTIFICATES = "tests/certificates";

/** What `openssl s_client` is told to verify our server. */
const VERIFYING = [
  "-CAfile",
  `${CERTIFICATES}/authority.pem`,
  "-servername",
  "localhost",
  "-verify_hostname",
  "localhost",
  "-verify_return_error",
];

function startClient(port: number, ...args: string[]): Child {
  return new Child("openssl", [
    "s_client",
    "-connect",
    `127.0.0.1:${port}`,
    ...VERIFYING,
    ...args,
  ]);
}

/** Starts `openssl s_server`, which sends back every line reversed. */
async function startPeer(
  name: string,
  ...args: string[]
): Promise<{ child: Child; port: number }> {
  const child = new Child("openssl", [
    "s_server",
    "-accept",
    "127.0.0.1:0",
    "-cert",
    `${CERTIFICATES}/${name}.pem`,
    "-key",
    `${CERTIFICATES}/${name}.key`,
    "-rev",
    ...args,
  ]);
  const [, port] = await child.waitFor(/ACCEPT .*:(\d+)/);
  return { child, port: Number(port) };
}

await testWith(
  OPENSSL,
  "our STARTTLS server talks SMTP to openssl s_client",
  () =>
    real(async () => {
      const said: string[] = [];
      const listening = await startServer(smtpServer(said), "127.0.0.1", 0);
      const { port } = listening.sockets[0] as NetAddress;
      await using child = startClient(
        port,
        "-starttls",
        "smtp",
        "-crlf",
        "-quiet",
      );
      await child.write("NOOP\n");
      await child.waitFor(/250 NOOP taken/);
      await child.write("QUIT\n");
      await child.waitFor(/221 Bye/);
      const { code } = await child.end();
      assertEquals(code, 0);
      listening.close();
      await listening.waitClosed();
      const [hello, ...rest] = said;
      assert(hello!.startsWith("ehlo"), hello);
      assertEquals(rest, ["starttls", "NOOP", "QUIT"]);
    }),
);

for (const [name, options] of IMPLEMENTATIONS) {
  await testWith(
    OPENSSL,
    `${name} TLS: our server talks to openssl s_client`,
    () =>
      real(async () => {
        const listening = await startServer(
          async (reader, writer) => {
            writer.write(`you said ${await readLine(reader)}\n`);
            writer.close();
            await writer.waitClosed();
          },
          "127.0.0.1",
          0,
          { ssl: { ...server, ...options, alpnProtocols: ["x", "y"] } },
        );
        const { port } = listening.sockets[0] as NetAddress;
        for (const version of ["-tls1_3", "-tls1_2"]) {
          await using child = startClient(port, version, "-alpn", "z,y");
          await child.waitFor(/ALPN protocol: y/);
          await child.waitFor(/Verify return code: 0 \(ok\)/);
          await child.write("hello\n");
          await child.waitFor(/you said hello/);
          await child.waitFor(/closed/);
          const { code, stderr } = await child.end();
          assertEquals(code, 0, stderr);
          assert(!stderr.includes("unexpected eof"), stderr);
        }
        listening.close();
        await listening.waitClosed();
      }),
  );

  await testWith(
    OPENSSL,
    `${name} TLS: openssl s_client refuses our server`,
    () =>
      real(async (reports) => {
        const listening = await startServer(() => {}, "127.0.0.1", 0, {
          ssl: { ...server, ...options },
        });
        const { port } = listening.sockets[0] as NetAddress;
        await using child = startClient(
          port,
          "-CAfile",
          `${CERTIFICATES}/stranger.pem`,
        );
        const { code } = await child.end();
        assertEquals(code, 1);
        listening.close();
        await listening.waitClosed();
        const [report] = reports.splice(0);
        assertEquals(report?.message, "SSL handshake failed");
        assertEquals(
          (report?.exception as Error).message,
          "received fatal alert: UnknownCA",
        );
      }),
  );

  await testWith(
    OPENSSL,
    `${name} TLS: our client talks to openssl s_server`,
    () =>
      real(async () => {
        for (const version of ["1.3", "1.2"]) {
          const flag = `-tls${version.replace(".", "_")}`;
          const { child, port } = await startPeer(
            "server",
            flag,
            "-alpn",
            "x",
            "-naccept",
            "1",
          );
          await using _child = child;
          const [reader, writer] = await openConnection("127.0.0.1", port, {
            ssl: { ...trusting, ...options, alpnProtocols: ["x"] },
          });
          assertEquals(writer.getExtraInfo("alpn"), "x");
          if (name === "node's") {
            const ssl = writer.getExtraInfo("ssl_object") as SslObject;
            assertEquals(ssl.version(), `TLSv${version}`);
          }
          writer.write("hello\n");
          assertEquals(await readLine(reader), "olleh");
          writer.close();
          await writer.waitClosed();
          const { code, stderr } = await child.end();
          assertEquals(code, 0, stderr);
          assert(stderr.includes("CONNECTION CLOSED"), stderr);
          assert(!stderr.includes("unexpected eof"), stderr);
        }
      }),
  );

  await testWith(
    OPENSSL,
    `${name} TLS: our client refuses an expired openssl s_server`,
    () =>
      real(async () => {
        const { child, port } = await startPeer("expired");
        await using _child = child;
        await assertRejects(
          () =>
            openConnection("127.0.0.1", port, {
              ssl: { ...trusting, ...options },
            }),
          Deno.errors.InvalidData,
          "xpired",
        );
      }),
  );
}

await testWith(
  OPENSSL,
  "our client shows openssl s_server who it is",
  () =>
    real(async () => {
      const { child, port } = await startPeer(
        "server",
        "-Verify",
        "1",
        "-verify_return_error",
        "-CAfile",
        `${CERTIFICATES}/authority.pem`,
      );
      await using _child = child;
      const [reader, writer] = await openConnection("127.0.0.1", port, {
        ssl: { ...trusting, ...client },
      });
      writer.write("alice\n");
      assertEquals(await readLine(reader), "ecila");
      writer.close();
      await writer.waitClosed();

      for (const options of [{}, byDeno]) {
        const ssl = { ...trusting, ...options };
        const [nobody, other] = await openConnection("127.0.0.1", port, {
          ssl,
        });
        await assertRejects(
          () => nobody.read(),
          Deno.errors.InvalidData,
          "received fatal alert: CertificateRequired",
        );
        await assertRejects(() => other.waitClosed(), Deno.errors.InvalidData);
      }
    }),
);

await testWith(
  OPENSSL,
  "our STARTTLS client talks to openssl s_server",
  () =>
    real(async () => {
      const { child, port } = await startPeer("server");
      await using _child = child;
      // OpenSSL has no server that speaks SMTP: we speak up to the upgrade, then
      // pass on every byte.
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const relaying = listener.accept().then(async (near) => {
        listener.close();
        const encoder = new TextEncoder();
        const buffer = new Uint8Array(100);
        await near.write(encoder.encode("220 mail.example ESMTP\r\n"));
        assertEquals(await near.read(buffer), "STARTTLS\r\n".length);
        const far = await Deno.connect({ hostname: "127.0.0.1", port });
        await near.write(encoder.encode("220 Go ahead\r\n"));
        await Promise.allSettled([
          near.readable.pipeTo(far.writable),
          far.readable.pipeTo(near.writable),
        ]);
      });
      const [reader, writer] = await openConnection(
        "127.0.0.1",
        listener.addr.port,
      );
      assertEquals(await readAnswer(reader), ["220 mail.example ESMTP"]);
      writer.write("STARTTLS\r\n");
      assertEquals(await readAnswer(reader), ["220 Go ahead"]);
      await writer.startTls(trusting);
      writer.write("encrypted\n");
      assertEquals(await readLine(reader), "detpyrcne");
      writer.close();
      await writer.waitClosed();
      await relaying;
    }),
);

await testWith(
  OPENSSL,
  "TLS in TLS reaches openssl s_server",
  () =>
    real(async () => {
      const { child, port } = await startPeer("server");
      await using _child = child;
      // A proxy that is spoken to over TLS, and passes on every byte.
      const proxy = await startServer(
        async (reader, writer) => {
          const far = await Deno.connect({ hostname: "127.0.0.1", port });
          const passing = far.readable.pipeTo(
            new WritableStream({
              write: (bytes) => writer.write(bytes),
              close: () => writer.close(),
            }),
          );
          for (;;) {
            const bytes = await reader.read(65536);
            if (bytes.length === 0) break;
            await far.write(bytes);
          }
          await passing.catch(() => {});
        },
        "127.0.0.1",
        0,
        { ssl: server },
      );
      const [{ port: outer }] = proxy.sockets as [NetAddress];
      const [reader, writer] = await openConnection("127.0.0.1", outer, {
        ssl: trusting,
      });
      await writer.startTls(trusting);
      writer.write("inside\n");
      assertEquals(await readLine(reader), "edisni");
      writer.close();
      await writer.waitClosed();
      proxy.close();
      await proxy.waitClosed();
    }),
);
