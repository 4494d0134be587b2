/**
 * Asks a web server for the headers of a page, with a HEAD request.
 *
 *     deno run --allow-net examples/http_server.ts
 *     deno run --allow-net examples/http_head_client.ts http://127.0.0.1:8080/
 */
import * as asyncio from "@asyncio/asyncio";

async function head(url: URL) {
  const [reader, writer] = await asyncio.openConnection(
    url.hostname,
    Number(url.port || 80),
  );
  await using _ = writer;
  writer.writelines([
    `HEAD ${url.pathname}${url.search} HTTP/1.1\r\n`,
    `Host: ${url.host}\r\n`,
    "Connection: close\r\n\r\n",
  ]);
  const response = await reader.readuntil("\r\n\r\n");
  return new TextDecoder().decode(response).trimEnd().split("\r\n");
}

const url = new URL(Deno.args[0] ?? "http://127.0.0.1:8080/");
for (
  const line of await asyncio.run(() => asyncio.waitFor(() => head(url), 10))
) {
  console.log(line);
}

// Output:
// HTTP/1.1 200 OK
// Date: {date}
// Content-Type: text/plain; charset=utf-8
// Content-Length: 19
// Connection: close
