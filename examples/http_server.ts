/**
 * A tiny HTTP/1.1 server on streams: keep-alive, HEAD, bodies, limits of size
 * and time. http/request.ts reads the requests, http/response.ts answers them.
 *
 *     deno run --allow-net examples/http_server.ts
 *     curl http://127.0.0.1:8080/
 *     curl --data hello http://127.0.0.1:8080/echo
 *
 * Options: --port 8080. Ctrl-C ends it.
 */
import * as asyncio from "@asyncio/asyncio";
import { parseArgs } from "node:util";
import { BadRequest, readRequest, type Request } from "./http/request.ts";
import { type Response, writeResponse } from "./http/response.ts";

const LONGEST_HEAD = 16_384;
const SECONDS_PER_REQUEST = 10;

/** What answers a path, by method. */
const ROUTES: Record<string, Record<string, (body: Uint8Array) => Response>> = {
  "/": { GET: () => ({ status: 200, body: "Hello from asyncio\n" }) },
  "/echo": { POST: (body) => ({ status: 200, body }) },
};

function answer({ method, path, body }: Request): Response {
  const route = ROUTES[path];
  if (route === undefined) return { status: 404 };
  const handler = route[method === "HEAD" ? "GET" : method];
  if (handler !== undefined) return handler(body);
  const allow = Object.keys(route).join(", ").replace("GET", "GET, HEAD");
  return { status: 405, headers: { Allow: allow } };
}

/** Answers one request; returns whether another may follow. */
async function serveOne(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  try {
    const request = await readRequest(reader);
    if (request === null) return false;
    const response = answer(request);
    console.log(`${request.method} ${request.path} ${response.status}`);
    writeResponse(writer, response, request);
    await writer.drain();
    return request.keepAlive;
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    console.log(`Bad request ${error.status}`);
    writeResponse(writer, { status: error.status });
    return false;
  }
}

async function serve(
  reader: asyncio.StreamReader,
  writer: asyncio.StreamWriter,
) {
  try {
    while (
      await asyncio.timeout(
        SECONDS_PER_REQUEST,
        () => serveOne(reader, writer),
      )
    );
    writer.close();
  } catch (error) {
    writer.transport.abort(); // too slow, gone, or our fault
    if (isOurFault(error)) throw error;
  }
}

function isOurFault(error: unknown) {
  return !(error instanceof asyncio.TimeoutError ||
    error instanceof asyncio.IncompleteReadError ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe);
}

const { values } = parseArgs({
  args: Deno.args,
  options: { port: { type: "string", default: "8080" } },
});
await asyncio.run(async () => {
  const server = await asyncio.startServer(
    serve,
    "127.0.0.1",
    Number(values.port),
    { limit: LONGEST_HEAD },
  );
  console.log(`Listening on ${server}`);
  await server.serveForever();
});

// Output:
// Listening on <Server 127.0.0.1:{port}>
// GET / 200
// HEAD / 200
// POST /echo 200
// GET /nowhere 404
// POST / 405
// Bad request 400
