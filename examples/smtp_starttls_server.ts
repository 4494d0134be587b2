/**
 * A mail server that takes mail over TLS only: a connection begins in the clear
 * and goes on encrypted after STARTTLS. It prints what it is sent. Make a
 * certificate as for tls_echo.ts, then:
 *
 *     deno run --allow-net --allow-read examples/smtp_starttls_server.ts
 *     openssl s_client -connect 127.0.0.1:2525 -starttls smtp -quiet -crlf
 *
 * Options: --port 2525, --cert cert.pem, --key key.pem. Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";
import { Session, type Site } from "./smtp/session.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "2525" },
    cert: { type: "string", default: "cert.pem" },
    key: { type: "string", default: "key.pem" },
  },
});

const site: Site = {
  hostname: "mail.example",
  tls: {
    cert: await Deno.readTextFile(values.cert),
    key: await Deno.readTextFile(values.key),
    sslHandshakeTimeout: 10,
  },
  deliver({ from, to, text }, ssl) {
    console.log(`From ${from} to ${to.join(", ")} over ${ssl.version()}:`);
    console.log(text.trimEnd());
  },
};

async function serve(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  await using _ = writer;
  try {
    await new Session(reader, writer, site).run();
  } catch (error) {
    if (error instanceof asyncio.CancelledError) throw error;
    console.log(`Lost a client: ${(error as Error).message}`);
  }
}

await asyncio.run(async () => {
  const port = Number(values.port);
  const server = await asyncio.startServer(serve, "127.0.0.1", port);
  console.log(`Listening on ${server}`);
  await server.serveForever();
});

// Output:
// Listening on <Server 127.0.0.1:{port}>
// From alice@example.com to bob@example.com, eve@example.com over TLSv1.3:
// Subject: Hello
//
// .hidden
// Lost a client: received corrupt message of type InvalidContentType
