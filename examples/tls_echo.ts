/**
 * An echo server over TLS. It needs a certificate; to make one for a try:
 *
 *     openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
 *       -subj /CN=localhost -addext subjectAltName=DNS:localhost \
 *       -addext basicConstraints=CA:FALSE
 *     deno run --allow-net --allow-read examples/tls_echo.ts
 *     openssl s_client -connect 127.0.0.1:8892 -CAfile cert.pem -quiet
 *
 * Options: --port 8892, --cert cert.pem, --key key.pem. Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    port: { type: "string", default: "8892" },
    cert: { type: "string", default: "cert.pem" },
    key: { type: "string", default: "key.pem" },
  },
});

async function echo(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  await using _ = writer; // takes leave of the client, then closes
  const ssl = writer.getExtraInfo("ssl_object") as asyncio.SslObject;
  let lines = 0;
  for await (const line of reader) {
    writer.write(line);
    await writer.drain();
    lines++;
  }
  console.log(`Echoed ${lines} lines over ${ssl.version()}`);
}

await asyncio.run(async () => {
  const ssl = {
    cert: await Deno.readTextFile(values.cert),
    key: await Deno.readTextFile(values.key),
    sslHandshakeTimeout: 10,
  };
  const port = Number(values.port);
  const server = await asyncio.startServer(echo, "127.0.0.1", port, { ssl });
  asyncio.getRunningLoop().setExceptionHandler((_loop, { exception }) => {
    console.log(`Refused a client: ${(exception as Error).message}`);
  });
  console.log(`Listening on ${server}`);
  await server.serveForever();
});

// Output:
// Listening on <Server 127.0.0.1:{port}>
// Echoed 2 lines over TLSv1.3
// Refused a client: received corrupt message of type InvalidContentType
